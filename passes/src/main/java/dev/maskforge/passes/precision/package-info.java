/// Which values of a graph are held in fewer bits.
@NullMarked
package dev.maskforge.passes.precision;

import org.jspecify.annotations.NullMarked;
