package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes masks: the product of queries' embeddings with the features of pixels, and where attention is blocked.
public enum MasksForm {
    /// TensorRT: casts to float32, a product, and launches for the bias, the comparison and queries that see nothing.
    NETWORK,
    /// A CUDA kernel of ours: one launch for logits, two for where attention is blocked, on features as convolutions give them, where
    /// products are of float16 or TF32, on GPUs of compute capability 9 and 10.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
