package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import java.util.List;

/// How fast a device copies its own memory: no kernel that has to move so many bytes is done sooner.
///
/// @param bytesPerMicrosecond reads and writes counted
public record CopyRate(double bytesPerMicrosecond) {
    /// With its copy beyond every second-level cache.
    static final long BYTES = 256L << 20;
    private static final int THREADS = 256;
    private static final int VECTORS = 4;
    private static final int VECTOR_BYTES = 16;

    static KernelSource source() {
        return KernelSource.of("copy.cu").with("VECTORS", VECTORS);
    }

    static LaunchGeometry geometry() {
        return LaunchGeometry.ofRow(BYTES / (VECTOR_BYTES * VECTORS * THREADS), 1, THREADS);
    }

    /// That of a bench's device, timed as its kernels are.
    static CopyRate measure(KernelBench bench) {
        return bench.loader().load(List.of(source()), modules -> {
            try (KernelModule module = modules.getFirst(); DeviceMemory memory = bench.memory()) {
                Kernel kernel = module.kernel("copy");
                KernelArguments arguments = new KernelArguments().address(memory.poisoned(BYTES)).address(memory.poisoned(BYTES));
                return new CopyRate(2 * BYTES / bench.median(1, _ -> kernel.launch(geometry(), bench.stream(), arguments)));
            }
        });
    }

    /// Microseconds that so many bytes take.
    double floor(long bytes) {
        return bytes / bytesPerMicrosecond;
    }

    @Override
    public String toString() {
        return "%.2f TB/s".formatted(bytesPerMicrosecond / 1e6);
    }
}
