package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every form, compiled for the oldest and the newest architecture that are of interest.
@Timeout(300)
class PixelsSourcesTest {
    @Test
    void compilesPixels() {
        List<KernelSource> sources = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (PixelsLayout.Order order : PixelsLayout.Order.values()) {
                sources.add(PixelsKernel.source(PixelsLayouts.imageNet(2, 5, 7, type, order)));
                sources.add(PixelsKernel.source(PixelsLayouts.imageNet(2, 5, 8, type, order)));
            }
        }
        Compilations.requireMachineCode(sources, 75, 80, 90);
    }
}
