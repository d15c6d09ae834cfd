package dev.maskforge.kernels;

import com.sun.management.ThreadMXBean;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Vectors are objects unless the compiler sees that they need not be. What it sees depends on what ran before, so that each
/// implementation has a JVM of its own here, in which kernels see pictures of one size, as in use.
abstract class AllocationTest {
    /// Names and lambdas; a picture's masks have megabytes.
    private static final long MOST_BYTES_ALLOCATED = 16 * 1024;
    private static final int MOST_RUNS = 500;

    private final Kernels kernels;

    AllocationTest(Kernels kernels) {
        this.kernels = kernels;
    }

    /// The compiler takes some runs to see that no object is needed.
    @Test
    void runsAllocateNextToNothingOnceTheyAreCompiled() {
        try (Arena arena = Arena.ofShared()) {
            KernelsTest.Attention attention = KernelsTest.Attention.of(1, 8, 4, 32, 2, 8, 16, 16, 32, 32, 64);
            Tensor attended = Tensor.allocate(DataType.FLOAT32, Shape.of(1, attention.tokens(), 256), arena);
            assertAllocatesLittle(kernels, "deformable attention",
                    kernels.prepare(attention.operation(), List.of()).bind(attention.operation(), attention.inputs(arena), attended,
                            new Scratch()));
            KernelsTest.Head head = new KernelsTest.Head(1, 100, 19, 32, 64, 128, 256);
            Tensor labels = Tensor.allocate(DataType.UINT8, Shape.of(1, 128, 256), arena);
            assertAllocatesLittle(kernels, "labels",
                    kernels.prepare(head.operation(), List.of()).bind(head.operation(), head.inputs(arena), labels, new Scratch()));
        }
    }

    static void assertAllocatesLittle(Kernels kernels, String what, Kernel kernel) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Workers caller = Workers.callerOnly();
        long bytes = Long.MAX_VALUE;
        int runs = 0;
        while (bytes > MOST_BYTES_ALLOCATED && runs < MOST_RUNS) {
            long before = threads.getCurrentThreadAllocatedBytes();
            kernel.run(caller);
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
            runs++;
        }
        System.out.println(kernels + ", " + what + ": run " + runs + " allocates " + bytes + " bytes");
        assertTrue(bytes <= MOST_BYTES_ALLOCATED, what + ": " + bytes + " bytes");
    }
}
