package dev.maskforge.engine.tensorrt.kernels;

import java.util.function.ToLongFunction;

/// A kernel that computes the graph of a `Subgraph`, loaded for certain sizes.
public interface GraphKernel extends AutoCloseable {
    /// What a run needs beside its inputs and outputs, in bytes; 0 if nothing.
    long workspaceBytes();

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param addresses of the graph's inputs and outputs, by their names there
    /// @param workspace of [#workspaceBytes()], at a multiple of 256
    /// @param stream    a `cudaStream_t`
    /// @throws dev.maskforge.engine.EngineException if CUDA refuses
    void enqueue(ToLongFunction<String> addresses, long workspace, long stream);

    /// Unloads it. Its runs must have ended.
    @Override
    void close();
}
