/// Tests of the passes that settle precisions.
@NullMarked
package dev.maskforge.passes.precision;

import org.jspecify.annotations.NullMarked;
