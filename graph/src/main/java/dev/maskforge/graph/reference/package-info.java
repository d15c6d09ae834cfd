/// What each operation means, in plain Java: the oracle of tests and what folds constants.
@NullMarked
package dev.maskforge.graph.reference;

import org.jspecify.annotations.NullMarked;
