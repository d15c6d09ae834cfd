package dev.maskforge.engine.tensorrt.kernels.pixels;

import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.graph.DataType;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PixelsKernelTest {
    @Test
    void fourPixelsAtOnceOnlyWhereRowsAllowIt() {
        PixelsLayout even = PixelsLayouts.imageNet(2, 5, 8, DataType.FLOAT32, PixelsLayout.Order.PLANES);
        PixelsLayout odd = PixelsLayouts.imageNet(2, 500, 7, DataType.FLOAT32, PixelsLayout.Order.PLANES);
        assertEquals(new LaunchGeometry(1, 2, 1, 256, 1), PixelsKernel.geometry(even));
        assertEquals(new LaunchGeometry(14, 2, 1, 256, 1), PixelsKernel.geometry(odd));
        assertEquals("4", PixelsKernel.source(even).macros().get("PIXELS"));
        assertEquals("1", PixelsKernel.source(odd).macros().get("PIXELS"));
    }
}
