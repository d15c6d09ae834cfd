/// Tests of the passes: a graph before and after must compute the same.
@NullMarked
package dev.maskforge.passes;

import org.jspecify.annotations.NullMarked;
