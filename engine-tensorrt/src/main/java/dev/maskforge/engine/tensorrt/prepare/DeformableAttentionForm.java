package dev.maskforge.engine.tensorrt.prepare;

import java.util.Locale;

/// How TensorRT computes multi-scale deformable attention. The forms agree up to rounding.
public enum DeformableAttentionForm {
    /// One GridSample a level. Wrong from TensorRT 10.14 on.
    GRID_SAMPLE,
    /// Four Gathers a level.
    GATHER,
    /// NVIDIA's `MultiscaleDeformableAttnPlugin_TRT`, in float32.
    PLUGIN,
    /// A CUDA kernel of ours between plans of TensorRT, values in the precision of the network and positions in float32.
    KERNEL;

    /// Such as `grid-sample`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
