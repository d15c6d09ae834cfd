package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes the stem of a ResNet.
public enum StemForm {
    /// Pixels by our kernel, and TensorRT: a change of layout, the convolution, the pooling.
    NETWORK,
    /// A CUDA kernel of ours from pixels to pooling, in half precision: one launch, which reads bytes and writes a quarter of what the
    /// convolution would.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
