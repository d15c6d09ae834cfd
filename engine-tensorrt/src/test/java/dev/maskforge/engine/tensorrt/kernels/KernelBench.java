package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// A device on which kernels are checked, and timed by CUDA events around a captured graph of many runs.
///
/// "Cold" goes round so many sets of inputs and outputs that the second-level cache holds none of them when it is used again;
/// "warm" uses one set, as if what made the inputs had just run.
public final class KernelBench {
    /// What kernels are timed for.
    public static final List<Picture> PICTURES = List.of(new Picture(128, 256), new Picture(256, 512), new Picture(512, 1024),
            new Picture(1024, 2048));

    private static final long BEYOND_CACHE = 200L << 20;
    private static final int MOST_SETS = 16;
    private static final int RUNS_IN_GRAPH = 48;
    private static final int GRAPHS = 11;

    private final KernelLoader loader;
    private final Cuda cuda;
    private final long stream;
    /// Measured when something is first timed.
    private Optional<CopyRate> copyRate = Optional.empty();

    public KernelBench(KernelLoader loader, Cuda cuda, long stream) {
        this.loader = loader;
        this.cuda = cuda;
        this.stream = stream;
    }

    public KernelLoader loader() {
        return loader;
    }

    public long stream() {
        return stream;
    }

    /// In pixels.
    public record Picture(int height, int width) {
        @Override
        public String toString() {
            return height + "x" + width;
        }
    }

    /// How long a run takes.
    ///
    /// @param cold  microseconds a run, median
    /// @param warm  microseconds a run, median
    /// @param bytes that a run moves if it moves each once, which is its floor
    /// @param rate  at which the device does that
    public record Times(double cold, double warm, long bytes, CopyRate rate) {
        @Override
        public String toString() {
            return "cold %7.2f us, warm %7.2f us, floor at %s %6.2f us".formatted(cold, warm, rate, rate.floor(bytes));
        }
    }

    /// Memory of the device, to be given back.
    public DeviceMemory memory() {
        return new DeviceMemory(cuda, stream);
    }

    /// Times what is put into the stream.
    ///
    /// @param bytes   that a run moves if it moves each once
    /// @param sets    of inputs and outputs
    /// @param enqueue puts a run with the set of that number into the stream
    public Times time(long bytes, int sets, IntConsumer enqueue) {
        return new Times(median(sets, enqueue), median(1, enqueue), bytes, copyRate());
    }

    private CopyRate copyRate() {
        CopyRate measured = copyRate.orElseGet(() -> CopyRate.measure(this));
        copyRate = Optional.of(measured);
        return measured;
    }

    /// How many sets of inputs and outputs of so many bytes do not fit into the cache together.
    public static int sets(long bytes) {
        return (int) Math.max(2, Math.min(MOST_SETS, Math.ceilDiv(BEYOND_CACHE, bytes)));
    }

    double median(int sets, IntConsumer enqueue) {
        enqueue.accept(0);
        cuda.synchronize(stream);
        cuda.beginCapture(stream);
        for (int i = 0; i < RUNS_IN_GRAPH; i++) {
            enqueue.accept(i % sets);
        }
        long graph = cuda.endCapture(stream);
        long from = cuda.newEvent();
        long to = cuda.newEvent();
        try {
            double[] times = new double[GRAPHS];
            for (int i = 0; i < GRAPHS; i++) {
                cuda.launch(graph, stream);
                cuda.record(from, stream);
                cuda.launch(graph, stream);
                cuda.record(to, stream);
                cuda.synchronize(stream);
                times[i] = 1000.0 * cuda.milliseconds(from, to) / RUNS_IN_GRAPH;
            }
            Arrays.sort(times);
            return times[GRAPHS / 2];
        } finally {
            cuda.destroyEvent(from);
            cuda.destroyEvent(to);
            cuda.destroyGraph(graph);
        }
    }
}
