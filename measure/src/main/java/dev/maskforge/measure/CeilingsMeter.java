package dev.maskforge.measure;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
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

/// Measures the [Ceilings], the arithmetic through the engine itself.
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
        /// What the ceilings are defined by; about 5 s on two cores.
        public static Effort standard() {
            return new Effort(1024, 256, 64, 128, 4, 15, 256L << 20);
        }
    }

    /// Measures an engine on this machine.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine refuses
    public Ceilings measure(EngineProvider provider, EngineOptions options) {
        try (Arena arena = Arena.ofShared()) {
            double product = flopsPerSecond(products(arena), provider, options, arena);
            double convolution = flopsPerSecond(convolutions(arena), provider, options, arena);
            return new Ceilings(product, convolution, copiedBytesPerSecond(options.threads(), arena));
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
        try (Engine engine = provider.build(graph, options); Session session = engine.openSession()) {
            return flops / fastest(() -> session.run(inputs));
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
        return 2.0 * part * threads / fastest(() -> inParallel(parts));
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
    private double fastest(Runnable work) {
        long least = Long.MAX_VALUE;
        for (int run = 0; run < effort.runs(); run++) {
            long start = clock.nanoseconds();
            work.run();
            least = Math.min(least, clock.nanoseconds() - start);
        }
        return least / 1e9;
    }
}
