package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Level;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every form, compiled for the oldest and the newest architecture that are of interest.
@Timeout(300)
class AttentionSourcesTest {
    private static final List<Level> LEVELS = List.of(new Level(1, 1), new Level(3, 5));

    @Test
    void compilesAttention() {
        List<KernelSource> sources = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (int keys : new int[]{77, 512, 8192}) {
                AttentionLayout many = new AttentionLayout(2, 8, 32, 100, keys, keys != 512, type);
                sources.add(AttentionKernel.source(many, AttentionTile.standard(many)));
            }
            for (int channels : new int[]{16, 48, 64}) {
                AttentionLayout wide = new AttentionLayout(1, 3, channels, 200, 2048, true, type);
                sources.add(AttentionKernel.source(wide, AttentionTile.standard(wide)));
            }
        }
        Compilations.requireMachineCode(sources, 80, 90);
    }

    @Test
    void compilesDeformableAttention() {
        List<DeformableAttentionLayout> layouts = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            layouts.add(AttentionLayouts.pixelDecoder(64, 96, type, DataType.FLOAT32));
            layouts.add(AttentionLayouts.pixelDecoder(64, 96, type, DataType.FLOAT16));
            layouts.add(DeformableAttentionLayout.of(2, 3, 5, 3, LEVELS, type, type));
            layouts.add(DeformableAttentionLayout.of(2, 3, 264, 1, LEVELS, type, type));
            for (DataType table : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                layouts.add(AttentionLayouts.positioned(64, 96, type, table));
            }
        }
        Compilations.requireMachineCode(layouts.stream()
                .map(layout -> DeformableAttentionKernel.source(layout, DeformableAttentionTile.standard(layout))).toList(), 75, 80, 90);
    }
}
