package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(300)
class MasksSourcesTest {
    /// The file refuses another number of bytes of shared memory than launches ask for.
    @Test
    void compilesMasks() {
        List<KernelSource> sources = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (MasksGraphs sizes : List.of(new MasksGraphs(1, 100, 256, 4, 8, type), new MasksGraphs(1, 50, 128, 128, 256, type),
                    new MasksGraphs(2, 17, 192, 5, 7, type), new MasksGraphs(1, 200, 256, 32, 64, type))) {
                for (Graph graph : sizes.all()) {
                    MasksLayout layout = MasksLayout.of(MasksProgram.of(graph), Map.of());
                    sources.add(layout.source(MasksBlocks.whole(layout)));
                    sources.add(layout.source(MasksBlocks.ofParts(layout)));
                }
            }
        }
        Compilations.requireMachineCode(sources, 90);
    }

    /// Two hundred queries of 256 channels fit in float16 alone.
    @Test
    void takesWhatFitsIntoSharedMemory() {
        assertEquals(100,
                MasksLayout.of(MasksProgram.of(new MasksGraphs(1, 100, 512, 4, 8, DataType.FLOAT16).logits()), Map.of()).queries());
        for (MasksGraphs sizes : List.of(new MasksGraphs(1, 100, 512, 4, 8, DataType.FLOAT32),
                new MasksGraphs(1, 209, 64, 4, 8, DataType.FLOAT16),
                new MasksGraphs(1, 100, 96, 4, 8, DataType.FLOAT16))) {
            Graph graph = sizes.logits();
            EngineException e = assertThrows(EngineException.class, () -> MasksProgram.of(graph));
            assertTrue(String.valueOf(e.getMessage()).contains("build it anew"), e.getMessage());
        }
    }
}
