package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes with the queries of a decoder between two looks at the picture: attention among themselves, feed-forward
/// network, normalisation, embedding.
public enum QueriesForm {
    /// TensorRT: a launch or more for each product, sum and normalisation.
    NETWORK,
    /// A CUDA kernel of ours: two launches for all of it, where products are of float16 or TF32, on GPUs of compute capability 9.0
    /// and newer.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
