/// Attention of few queries, and multi-scale deformable attention, each in one kernel.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.attention;

import org.jspecify.annotations.NullMarked;
