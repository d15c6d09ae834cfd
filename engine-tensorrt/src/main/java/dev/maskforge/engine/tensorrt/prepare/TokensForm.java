package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes with an encoder's tokens between two deformable attentions.
public enum TokensForm {
    /// TensorRT: three products and, where another layer follows, its merged product, each with a launch for what is around it.
    NETWORK,
    /// A CUDA kernel of ours: one launch, in half precision, where deformable attention is a kernel of ours, too, on GPUs of compute
    /// capability 9.0; for pictures of so many tokens that it gains something.
    KERNEL,
    /// The same for any number of tokens.
    KERNEL_ALWAYS;

    /// How many tokens a picture has at least where the kernel computes with them; beyond any number if it does not. With 672 (128x256) it
    /// is 3 % of Mask2Former slower than TensorRT, with 2,688 (256x512) as fast (docs/performance.md).
    long leastTokens() {
        return switch (this) {
            case NETWORK -> Long.MAX_VALUE;
            case KERNEL -> 2048;
            case KERNEL_ALWAYS -> 0;
        };
    }

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
