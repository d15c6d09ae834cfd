package dev.maskforge.engine.tensorrt.kernels.head;

/// A way to labels at the network's size.
sealed interface LabelProgram extends AutoCloseable permits QuadProgram, SemanticInferenceProgram {
    /// What a run needs beside its inputs and outputs.
    long workspaceBytes();

    /// Puts one run into a stream.
    ///
    /// @param workspace at a multiple of 16
    /// @param labels    `[N, network height, network width]` of the layout's label type
    void enqueue(HeadLogits logits, long workspace, long labels, long stream);

    @Override
    void close();
}
