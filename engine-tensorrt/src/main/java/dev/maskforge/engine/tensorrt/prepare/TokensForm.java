package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// What computes with an encoder's tokens between two deformable attentions.
public enum TokensForm {
    /// TensorRT: three products and, where another layer follows, its merged product, each with a launch for what is around it.
    NETWORK,
    /// A CUDA kernel of ours: one launch, in half precision, where deformable attention is a kernel of ours, too, on GPUs of compute
    /// capability 9.0.
    KERNEL;

    /// Such as `kernel`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
