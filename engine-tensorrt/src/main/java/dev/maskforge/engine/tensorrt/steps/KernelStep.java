package dev.maskforge.engine.tensorrt.steps;

import java.util.function.ToLongFunction;

/// A node of a graph that is run by a kernel of ours, between what the runtime runs: made ready for certain sizes, to be
/// enqueued any number of times.
///
/// It belongs to one thread at a time. Who enqueues it brings the stream, and device memory for all values and the workspace;
/// everything is put into that one stream and nothing is waited for, allocated or copied, so that the stream may be one that is
/// being captured into a CUDA graph. The first time should lie before the capture, as with the runtime itself.
public interface KernelStep extends AutoCloseable {
    /// Device memory that a run needs beside its inputs and outputs, in bytes; 0 if none. Nothing in it outlives the run, so
    /// steps of one stream may share it.
    long workspaceBytes();

    /// Puts one run behind what the stream has to do.
    ///
    /// @param addresses by the name of a value in the graph: where it lies on the device, at a multiple of 256 bytes, in rows
    ///                  without gaps and in the type that the graph says; those of [ChannelsLast] with their channels last
    /// @param workspace of [#workspaceBytes()], at a multiple of 256 bytes; 0 if none is needed
    /// @param stream    a `cudaStream_t`
    /// @throws dev.maskforge.engine.EngineException if CUDA refuses
    void enqueue(ToLongFunction<String> addresses, long workspace, long stream);

    /// Unloads the kernel. Its runs must have ended.
    @Override
    void close();
}
