package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Level;
import dev.maskforge.graph.DataType;
import java.util.List;

/// Attention as networks have it.
public final class AttentionLayouts {
    private AttentionLayouts() {
    }

    /// Mask2Former's pixel decoder at a picture's size.
    public static DeformableAttentionLayout pixelDecoder(int height, int width, DataType values, DataType queries) {
        List<Level> levels = List.of(new Level(height / 32, width / 32), new Level(height / 16, width / 16),
                new Level(height / 8, width / 8));
        return DeformableAttentionLayout.of(1, 8, 32, 4, levels, values, queries);
    }
}
