/// Group normalisation of maps whose channels are last in memory, and the sums and resizes of a feature pyramid that follow it.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.normalization;

import org.jspecify.annotations.NullMarked;
