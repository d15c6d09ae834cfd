package dev.maskforge.measure;

import dev.maskforge.engine.Device;
import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// Measures the [Ceilings], the arithmetic through the engine itself. On a device with a clock of its own that clock counts:
/// what the host takes to hand over inputs is no ceiling of the device's. Its memory is then copied through the engine, too.
///
/// A graph is several products in a row, each with a constant of its own, so that the input's way into the engine hardly
/// counts and the engine may lay constants out as it likes. Elements are random: zeros run faster.
public final class CeilingsMeter {
    private final Clock clock;
    private final Effort effort;

    public CeilingsMeter(Clock clock, Effort effort) {
        this.clock = clock;
        this.effort = effort;
    }

    /// How much is run.
    ///
    /// @param side     of the matrices
    /// @param channels of the convolution
    /// @param height   of its input
    /// @param width    of its input
    /// @param links    products in a row
    /// @param runs     of each, of which the fastest counts
    /// @param bytes    that are copied
    public record Effort(int side, int channels, int height, int width, int links, int runs, long bytes) {
        /// What a processor's ceilings are defined by; about 5 s on two cores.
        public static Effort standard() {
            return new Effort(1024, 256, 64, 128, 4, 15, 256L << 20);
        }

        /// What a GPU's are defined by: a product of this size keeps all of an H100 busy for 0.2 ms in float16, and what is
        /// copied is several times its cache. Enough of them in a row that the input's way into float16 hardly counts.
        public static Effort large() {
            return new Effort(4096, 256, 256, 512, 8, 30, 256L << 20);
        }
    }

    /// Measures an engine on this machine.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine refuses
    public Ceilings measure(EngineProvider provider, EngineOptions options) {
        try (Arena arena = Arena.ofShared()) {
            double product = flopsPerSecond(products(arena), provider, options, arena);
            double convolution = flopsPerSecond(convolutions(arena), provider, options, arena);
            double copied = provider.device().kind() == Device.Kind.GPU
                    ? copiedBytesPerSecond(provider, options.withPrecision(Precision.FP32), arena)
                    : copiedBytesPerSecond(options.threads(), arena);
            return new Ceilings(product, convolution, copied);
        }
    }

    private Graph products(Arena arena) {
        Shape square = Shape.of(effort.side(), effort.side());
        return chain(square, square, effort.side(), new Operation.MatMul(), arena);
    }

    private Graph convolutions(Arena arena) {
        int channels = effort.channels();
        return chain(Shape.of(1, channels, effort.height(), effort.width()), Shape.of(channels, channels, 3, 3), 9 * channels,
                new Operation.Conv(1, 1, 1, 1), arena);
    }

    /// @param depth the number of products in a sum, by whose root constants are divided, so that the values keep their size
    private Graph chain(Shape input, Shape weight, int depth, Operation operation, Arena arena) {
        GraphBuilder builder = new GraphBuilder();
        Value value = builder.input("x", new TensorType(DataType.FLOAT32, input));
        for (int link = 0; link < effort.links(); link++) {
            Tensor constant = random(weight, 1 / Math.sqrt(depth), link, arena);
            value = builder.add(operation, value, builder.initializer("w" + link, constant));
        }
        builder.output("y", value);
        return builder.build();
    }

    /// Elements of mean 0.
    private static Tensor random(Shape shape, double deviation, long seed, Arena arena) {
        Tensor tensor = Tensor.allocate(DataType.FLOAT32, shape, arena);
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i < tensor.elementCount(); i++) {
            tensor.memory().set(Tensor.FLOAT32, 4 * i, (float) (random.nextGaussian() * deviation));
        }
        return tensor;
    }

    private double flopsPerSecond(Graph graph, EngineProvider provider, EngineOptions options, Arena arena) {
        long flops = GraphCost.of(graph, Map.of()).total().productFlops();
        Map<String, Tensor> inputs = Map.of("x", random(graph.type("x").shape(), 1, effort.links(), arena));
        return flops / fastest(graph, inputs, provider, options);
    }

    /// One operation on each element, which takes no longer than reading and writing it does.
    private double copiedBytesPerSecond(EngineProvider provider, EngineOptions options, Arena arena) {
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(effort.bytes() / Float.BYTES / effort.side(), effort.side()));
        GraphBuilder builder = new GraphBuilder();
        builder.output("y", builder.add(new Operation.Unary(Operation.UnaryFunction.RELU), builder.input("x", type)));
        Tensor input = Tensor.allocate(type.dataType(), type.shape(), arena);
        input.memory().fill((byte) 1);
        return 2.0 * input.memory().byteSize() / fastest(builder.build(), Map.of("x", input), provider, options);
    }

    private double fastest(Graph graph, Map<String, Tensor> inputs, EngineProvider provider, EngineOptions options) {
        try (Engine engine = provider.build(graph, options); Session session = engine.openSession()) {
            return fastest(() -> {
                long start = clock.nanoseconds();
                session.run(inputs);
                long end = clock.nanoseconds();
                return session.deviceTimes().map(DeviceTimes::compute).orElse(end - start);
            });
        }
    }

    /// Each thread copies a part, as an engine's threads would.
    private double copiedBytesPerSecond(int threads, Arena arena) {
        long part = effort.bytes() / threads;
        MemorySegment source = arena.allocate(part * threads).fill((byte) 1);
        MemorySegment target = arena.allocate(part * threads);
        List<Runnable> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            MemorySegment from = source.asSlice(i * part, part);
            MemorySegment to = target.asSlice(i * part, part);
            parts.add(() -> to.copyFrom(from));
        }
        return 2.0 * part * threads / fastest(() -> {
            long start = clock.nanoseconds();
            inParallel(parts);
            return clock.nanoseconds() - start;
        });
    }

    private static void inParallel(List<Runnable> parts) {
        List<Thread> helpers = parts.stream().skip(1).map(part -> Thread.ofPlatform().daemon().start(part)).toList();
        parts.getFirst().run();
        for (Thread helper : helpers) {
            join(helper);
        }
    }

    private static void join(Thread helper) {
        try {
            helper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the ceilings were measured", e);
        }
    }

    /// In seconds. Runs that warm up are not the fastest.
    ///
    /// @param work gives its nanoseconds
    private double fastest(LongSupplier work) {
        long least = Long.MAX_VALUE;
        for (int run = 0; run < effort.runs(); run++) {
            least = Math.min(least, work.getAsLong());
        }
        return least / 1e9;
    }
}
