/// What CUDA kernels of our own have in common: each package in here has those for one thing that TensorRT does slowly or not at all.
///
/// Their sources are CUDA C++, compiled when they are first needed, for the very shapes of a network and the
/// device at hand, and kept in the user's cache. They are launched on a stream of the caller's, so that a CUDA graph can
/// hold them together with what TensorRT enqueues. docs/cuda-kernels.md tells how each works and how fast it is.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels;

import org.jspecify.annotations.NullMarked;
