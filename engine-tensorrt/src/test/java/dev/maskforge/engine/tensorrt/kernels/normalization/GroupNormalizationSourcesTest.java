package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every form, compiled for the oldest and the newest architecture that are of interest.
@Timeout(300)
class GroupNormalizationSourcesTest {
    @Test
    void compilesGroupNormalization() {
        List<KernelSource> sources = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (GroupNormalizationGraphs sizes : List.of(new GroupNormalizationGraphs(1, 256, 32, 8, 16, type),
                    new GroupNormalizationGraphs(2, 96, 3, 5, 1, type), new GroupNormalizationGraphs(2, 32, 32, 7, 9, type))) {
                for (Graph graph : sizes.all()) {
                    sources.add(GroupNormalizationLayout.of(GroupNormalizationProgram.of(graph), Map.of()).source());
                }
            }
        }
        Compilations.requireMachineCode(sources, 75, 80, 90);
    }
}
