package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes group normalisation and what a feature pyramid adds to it.
public enum GroupNormalizationForm {
    /// TensorRT: its convolutions want channels last, its normalisation wants them first, and each change is a launch.
    NETWORK,
    /// A CUDA kernel of ours, in the layout of convolutions: two launches, with Relu, resizing and sum.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
