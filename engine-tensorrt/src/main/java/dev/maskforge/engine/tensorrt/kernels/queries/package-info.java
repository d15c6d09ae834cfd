/// What a decoder computes with its queries between two looks at the picture, in two launches: from a graph of nodes to stages of the
/// kernel, and how they are shared out to its blocks.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels.queries;

import org.jspecify.annotations.NullMarked;
