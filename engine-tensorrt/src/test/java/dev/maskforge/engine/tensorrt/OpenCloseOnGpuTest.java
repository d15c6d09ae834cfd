package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// An engine is opened from a plan's bytes, run and closed, many times: `-Dmaskforge.gpu.cycles=1000` as in the issue, fewer
/// without it. In a process of its own, whose heap does not grow.
@WhereThereIsAGpu
@Timeout(600)
class OpenCloseOnGpuTest {
    private static final int CYCLES = Integer.getInteger("maskforge.gpu.cycles", 60);
    /// Compiled code grows in steps of some MiB now and then, and of malloc's pools only whole pages go back. A cycle that left
    /// its plan, a context or pinned buffers behind would take tens of KiB, so in 800 cycles more than this.
    private static final long BOUND = 14L << 20;

    @ParameterizedTest
    @EnumSource
    void leavesNothingBehind(SmallNetwork network) throws IOException, InterruptedException {
        List<String> lines = FixedHeap.run(OpenClose.class, network.name(), Integer.toString(CYCLES));
        String[] result = lines.stream().filter(line -> line.startsWith(OpenClose.RESULT)).findFirst().orElseThrow()
                .substring(OpenClose.RESULT.length()).split(" ", -1);
        long host = Long.parseLong(result[0]);
        long device = Long.parseLong(result[1]);
        int counted = OpenClose.counted(CYCLES);
        System.out.printf(
                "in %d cycles native memory grows by %.1f KiB (%.2f KiB a cycle), that of malloc by %.1f KiB, device memory by %d bytes%n",
                counted, host / 1024.0, host / 1024.0 / counted, Long.parseLong(result[2]) / 1024.0, device);
        assertTrue(host <= BOUND, "native memory grows by " + host + " bytes");
        assertTrue(DeviceGrowth.isNone(device), "device memory grows by " + device + " bytes");
    }
}
