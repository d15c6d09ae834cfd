package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CopyRateTest {
    @Test
    void nvrtcTakesIt() {
        Compilations.requireMachineCode(List.of(CopyRate.source()), 80, 90);
    }

    /// The kernel asks no thread whether there is something left for it.
    @Test
    void theLaunchCopiesEachByteOnce() {
        LaunchGeometry geometry = CopyRate.geometry();
        long threads = (long) geometry.blocksAcross() * geometry.threadsAcross();
        assertEquals(CopyRate.BYTES, threads * 16 * Integer.parseInt(CopyRate.source().macros().getOrDefault("VECTORS", "0")));
    }

    @Test
    void floorsAreToldAtTheDevicesOwnRate() {
        CopyRate rate = new CopyRate(3.0e6);
        String line = new KernelBench.Times(12, 11, 30_000_000, rate).toString();
        assertTrue(line.endsWith("floor at 3.00 TB/s  10.00 us"), line);
    }
}
