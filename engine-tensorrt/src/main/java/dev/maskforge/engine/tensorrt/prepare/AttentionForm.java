package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes attention of few queries.
public enum AttentionForm {
    /// TensorRT: its own kernel, or products and a softmax where there are many keys.
    NETWORK,
    /// A CUDA kernel of ours where there are many keys.
    KERNEL,
    /// A CUDA kernel of ours for every attention of few queries, to a picture's keys or to each other.
    KERNEL_ALWAYS;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
