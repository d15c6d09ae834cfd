package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Rows;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Table;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Tables;
import dev.maskforge.graph.DataType;
import java.util.List;
import java.util.Optional;

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

    /// The same, where the kernel adds positions.
    static DeformableAttentionLayout positioned(int height, int width, DataType products, DataType table) {
        return positioned(pixelDecoder(height, width, products, products), 1, table, 1);
    }

    /// A layout with columns of one product as all three operands, and with tables that are columns of one.
    ///
    /// @param pictures N
    /// @param tables   of the offsets: one for all pictures or one for each; logits have one for all
    static DeformableAttentionLayout positioned(DeformableAttentionLayout plain, int pictures, DataType table, int tables) {
        int samples = plain.heads() * plain.levels().size() * plain.points();
        Rows product = new Rows(plain.value().dataType(), whole(plain.heads() * plain.channels() + 3 * samples));
        Rows added = new Rows(table, whole(3 * samples));
        return new DeformableAttentionLayout(pictures, plain.heads(), plain.channels(), plain.points(), plain.levels(), product, product,
                product, Optional.of(new Tables(new Table(added, tables), new Table(added, 1))));
    }

    /// As many columns as rows take that begin at whole 16 bytes of either type.
    private static int whole(int columns) {
        return Math.ceilDiv(columns, 8) * 8;
    }
}
