package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;

/// A program that opens an engine from a plan's bytes, runs it and closes it, many times, and tells of the memory that the
/// process has. Its heap must be of one size and touched from the start, so that what grows is native memory.
final class OpenClose {
    /// Before the line with the result: growth of host memory, of device memory, and of what malloc has given out, in bytes.
    static final String RESULT = "grown by ";
    private static final int REPORTS = 10;
    private static final int LOOKS = 10;
    private static final double MEBIBYTE = 1 << 20;

    private OpenClose() {
    }

    /// Until then what is made once is made: libraries' kernels, compiled code, the allocators' pools.
    static int settled(int cycles) {
        return Math.min(100, cycles / 2);
    }

    /// So many cycles at either end are looked at.
    private static int span(int cycles) {
        return Math.max(1, cycles / 10);
    }

    /// Cycles between the first looks and the last.
    static int counted(int cycles) {
        return cycles - settled(cycles) - span(cycles);
    }

    /// The least of several looks is what is held: compilers and caches take some 10 MiB now and then, for a while.
    private static final class Looks {
        private final LongSummaryStatistics resident = new LongSummaryStatistics();
        private final LongSummaryStatistics malloc = new LongSummaryStatistics();

        void look() throws IOException {
            resident.accept(NativeMemory.residentBytes());
            malloc.accept(NativeMemory.mallocBytes().orElse(0L));
        }
    }

    /// Does it, and prints the result.
    ///
    /// @param arguments which [SmallNetwork], and the number of cycles
    public static void main(String[] arguments) throws IOException {
        SmallNetwork network = SmallNetwork.valueOf(arguments[0]);
        int cycles = Integer.parseInt(arguments[1]);
        DriverCuda cuda = DriverCuda.open();
        cuda.useOnThisThread();
        Map<String, Tensor> inputs = network.inputs(2, 1);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment plan = network.plan(arena);
            System.out.printf("%s, plan of %d KiB, kernels of ours %s%n", network, plan.byteSize() >> 10, SmallNetwork.kernels(plan));
            byte[] expected = cycle(plan, inputs);
            Looks before = new Looks();
            Looks after = new Looks();
            List<Long> free = new ArrayList<>();
            int each = Math.max(1, (cycles - settled(cycles)) / DeviceGrowth.TIMES);
            for (int cycle = 0; cycle < cycles; cycle++) {
                int apart = Math.max(1, span(cycles) / LOOKS);
                if (cycle >= settled(cycles) && cycle < settled(cycles) + span(cycles) && cycle % apart == 0) {
                    before.look();
                }
                if (cycle >= cycles - span(cycles) && cycle % apart == 0) {
                    after.look();
                }
                if (cycle >= settled(cycles) && (cycle - settled(cycles)) % each == 0) {
                    free.add(cuda.freeMemory());
                }
                if (!Arrays.equals(expected, cycle(plan, inputs))) {
                    throw new IllegalStateException("cycle " + cycle + " gives other labels");
                }
                if ((cycle + 1) % Math.max(1, cycles / REPORTS) == 0) {
                    System.out.printf("cycle %d: resident %.1f MiB, of malloc %.1f MiB, free on the device %.1f MiB%n", cycle + 1,
                            NativeMemory.residentBytes() / MEBIBYTE, NativeMemory.mallocBytes().orElse(0L) / MEBIBYTE,
                            cuda.freeMemory() / MEBIBYTE);
                }
            }
            free.add(cuda.freeMemory());
            after.look();
            System.out.println(RESULT + (after.resident.getMin() - before.resident.getMin()) + " " + DeviceGrowth.of(free) + " "
                    + (after.malloc.getMin() - before.malloc.getMin()));
        }
    }

    private static byte[] cycle(MemorySegment plan, Map<String, Tensor> inputs) {
        try (Engine engine = PlanOpening.open(plan, 2); Session session = engine.openSession()) {
            return Objects.requireNonNull(session.run(inputs).get("labels")).memory().toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
