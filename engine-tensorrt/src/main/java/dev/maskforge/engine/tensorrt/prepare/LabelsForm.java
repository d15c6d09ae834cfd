package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What makes labels of class and mask logits.
public enum LabelsForm {
    /// TensorRT: every mask is resized and kept.
    NETWORK,
    /// A CUDA kernel of ours, which keeps neither resized masks nor scores.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
