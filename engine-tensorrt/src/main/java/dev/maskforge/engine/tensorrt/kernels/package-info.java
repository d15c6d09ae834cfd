/// CUDA kernels of our own, for what TensorRT does slowly or not at all: deformable attention, attention of few
/// queries, what a decoder does with its queries in between, the head, and pixels.
///
/// Their sources are CUDA C++, compiled when they are first needed, for the very shapes of a network and the
/// device at hand, and kept in the user's cache. They are launched on a stream of the caller's, so that a CUDA graph can
/// hold them together with what TensorRT enqueues. docs/cuda-kernels.md tells how each works and how fast it is.
@NullMarked
package dev.maskforge.engine.tensorrt.kernels;

import org.jspecify.annotations.NullMarked;
