/// Nodes of a graph that kernels of ours run: which they are, and how one is made ready for certain sizes.
@NullMarked
package dev.maskforge.engine.tensorrt.steps;

import org.jspecify.annotations.NullMarked;
