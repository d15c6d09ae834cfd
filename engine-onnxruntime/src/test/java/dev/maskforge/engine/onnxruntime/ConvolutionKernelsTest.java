package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.GroupNormalization;
import dev.maskforge.graph.Operation.MaxPool;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.kernels.Kernels;
import dev.maskforge.passes.Lowering;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A piece of a residual network, whose convolutions are kernels of ours where there is the Vector API, and ONNX Runtime's
/// where there is not: the module's tests run both ways.
@Timeout(120)
class ConvolutionKernelsTest {
    private static final boolean HAS_KERNELS = Kernels.best().toString().startsWith("Vector API");
    private static final Dimension N = Dimension.symbol("n");
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");
    private static final int CHANNELS = 24;
    private static final int WIDE = 64;
    /// Six convolutions one after the other, the longest a sum of 576 products. Each has an error of about √576·2⁻²⁴ = 1.4e-6
    /// of its terms, up to four times that by minimal filtering, and both engines have theirs.
    private static final double TOLERANCE = 2e-5;

    private final Graph graph = graph();

    /// Stem, pool, a residual block with a shortcut of stride 2, and a 3x3 convolution that is normalised.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(N, Dimension.of(3), H.times(8), W.times(8))));
        Value pooled = builder.add(new MaxPool(3, 2, 1), conv(x, "stem", CHANNELS, 3, 7, 2).relu());
        Value narrow = conv(pooled, "conv1", CHANNELS, CHANNELS, 1, 1).relu();
        Value strided = conv(narrow, "conv2", CHANNELS, CHANNELS, 3, 2).relu();
        Value block = conv(strided, "conv3", WIDE, CHANNELS, 1, 1).add(conv(pooled, "shortcut", WIDE, CHANNELS, 1, 2)).relu();
        builder.output("block", block);
        Value normalised = builder.add(new GroupNormalization(8, 1e-5f), conv(block, "conv4", WIDE, WIDE, 3, 1),
                builder.initializer("scale", numbers(Shape.of(WIDE), 5, 1)), builder.initializer("offset", numbers(Shape.of(WIDE), 6, 1)));
        builder.output("map", conv(normalised.relu(), "conv5", 5, WIDE, 1, 1));
        return new Lowering(Set.of(), Lowering.DeformableAttention.ENGINE).apply(builder.build()).graph();
    }

    /// With as much padding as keeps the map's size but for the stride.
    private static Value conv(Value x, String name, int filters, int channels, int kernel, int stride) {
        GraphBuilder builder = x.builder();
        double deviation = Math.sqrt(2.0 / (channels * kernel * kernel));
        Value weight = builder.initializer(name + ".weight",
                numbers(Shape.of(filters, channels, kernel, kernel), name.hashCode(), deviation));
        Value bias = builder.initializer(name + ".bias", numbers(Shape.of(filters), ~name.hashCode(), 0.1));
        return builder.within(name, () -> builder.add(new Conv(stride, kernel / 2, 1, 1), x, weight, bias));
    }

    private static Tensor numbers(Shape shape, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(shape, elements);
    }

    private static Map<String, Tensor> picture(int batch, int h, int w) {
        return Map.of("x", numbers(Shape.of(batch, 3, 8L * h, 8L * w), 31L * h + w, 1));
    }

    private static Engine build(Graph graph, Execution execution, int threads) {
        return new OnnxRuntimeProvider(execution).build(graph, EngineOptions.standard().withThreads(threads));
    }

    private static List<String> kernels(Engine engine) {
        return ((OnnxRuntimeEngine) engine).steps().stream().filter(EngineStep.OwnKernel.class::isInstance)
                .map(step -> ((EngineStep.OwnKernel) step).node().name()).toList();
    }

    @Test
    void convolutionsAreKernelsWhereThereIsTheVectorApi() {
        System.out.println(Kernels.best());
        try (Engine engine = build(graph, Execution.OWN_KERNELS, 1)) {
            assertEquals(HAS_KERNELS
                    ? List.of("stem/FusedConv", "conv1/FusedConv", "conv2/FusedConv", "conv3/Conv", "shortcut/FusedConv", "conv4/Conv",
                            "conv5/Conv")
                    : List.of(), kernels(engine));
        }
        try (Engine engine = build(graph, Execution.RUNTIME_ONLY, 1)) {
            assertEquals(List.of(), kernels(engine));
            assertEquals(1, ((OnnxRuntimeEngine) engine).steps().size());
        }
    }

    /// From maps of a pixel to those that Winograd's tiles pay for, and back.
    @Test
    void saysWhatOnnxRuntimeAloneSaysAtAllSizesAndBatches() {
        try (Engine engine = build(graph, Execution.OWN_KERNELS, 2);
                Session session = engine.openSession();
                Engine control = build(graph, Execution.RUNTIME_ONLY, 2);
                Session ofControl = control.openSession()) {
            for (int[] sizes : new int[][]{{1, 3, 5}, {1, 1, 1}, {2, 4, 4}, {1, 16, 24}, {3, 7, 2}, {1, 3, 5}}) {
                Map<String, Tensor> inputs = picture(sizes[0], sizes[1], sizes[2]);
                for (OutputError error : Comparator.errors(ofControl.run(inputs), session.run(inputs))) {
                    System.out.println(inputs + ": " + error + ", of " + TOLERANCE);
                    assertTrue(error.relative() <= TOLERANCE, error.toString());
                }
            }
        }
    }

    /// All with the weights that were prepared for the engine.
    @Test
    void sessionsSideBySideSayTheSame() throws Exception {
        int[][] sizes = {{1, 5, 9}, {1, 16, 17}, {2, 3, 4}};
        try (Engine engine = build(graph, Execution.OWN_KERNELS, 2); ExecutorService threads = Executors.newFixedThreadPool(sizes.length)) {
            List<float[]> expected = new ArrayList<>();
            try (Session session = engine.openSession()) {
                for (int[] each : sizes) {
                    expected.add(map(session, picture(each[0], each[1], each[2])));
                }
            }
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < sizes.length; i++) {
                int first = i;
                runs.add(threads.submit(() -> {
                    try (Session session = engine.openSession()) {
                        for (int run = 0; run < 9; run++) {
                            int turn = (first + run / 3) % sizes.length;
                            assertArrayEquals(expected.get(turn), map(session, picture(sizes[turn][0], sizes[turn][1], sizes[turn][2])));
                        }
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    private static float[] map(Session session, Map<String, Tensor> inputs) {
        return Objects.requireNonNull(session.run(inputs).get("map")).toFloats();
    }

    /// Blocks whose sums stay within, one of which is taken again later, and one whose addend is an input of the graph.
    @Test
    void sumsWrittenOverTheirAddendsAreRight() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(N, Dimension.of(CHANNELS), H.times(8), W.times(8))));
        Value first = conv(conv(x, "a1", CHANNELS, CHANNELS, 3, 1).relu(), "a2", CHANNELS, CHANNELS, 1, 1).add(x).relu();
        Value second = conv(conv(first, "b1", CHANNELS, CHANNELS, 3, 1).relu(), "b2", CHANNELS, CHANNELS, 1, 1).add(first).relu();
        Value third = conv(conv(second, "c1", CHANNELS, CHANNELS, 3, 1).relu(), "c2", CHANNELS, CHANNELS, 1, 1).add(second).relu();
        Value twice = conv(third, "d", CHANNELS, CHANNELS, 1, 1).add(third).relu();
        builder.output("y", conv(twice, "e", 5, CHANNELS, 1, 1).add(conv(second, "f", 5, CHANNELS, 1, 1)));
        Graph blocks = builder.build();
        try (Engine engine = build(blocks, Execution.OWN_KERNELS, 2);
                Session session = engine.openSession();
                Engine control = build(blocks, Execution.RUNTIME_ONLY, 2);
                Session ofControl = control.openSession()) {
            for (int[] sizes : new int[][]{{1, 2, 3}, {2, 5, 4}, {1, 2, 3}}) {
                Map<String, Tensor> inputs = Map.of("x", numbers(Shape.of(sizes[0], CHANNELS, 8L * sizes[1], 8L * sizes[2]), 3, 1));
                for (int run = 0; run < 2; run++) {
                    for (OutputError error : Comparator.errors(ofControl.run(inputs), session.run(inputs))) {
                        System.out.println(error + ", of " + TOLERANCE);
                        assertTrue(error.relative() <= TOLERANCE, error.toString());
                    }
                }
            }
        }
    }

    /// As of others' files: how many pixels are not 0 only running tells, and such a value must not lie at a cut.
    @Test
    void graphsWithSizesThatOnlyRunningTellsAreNotCut() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 8, 8)));
        Value map = conv(x, "stem", CHANNELS, 3, 3, 1).relu();
        TensorType places = new TensorType(DataType.INT64, Shape.of(Dimension.of(4), Dimension.symbol("found")));
        builder.output("places", builder.add(new Operation.Foreign("", "NonZero", Map.of(), List.of(places)), map));
        try (Engine engine = build(builder.build(), Execution.OWN_KERNELS, 1); Session session = engine.openSession()) {
            assertEquals(1, ((OnnxRuntimeEngine) engine).steps().size());
            assertEquals(4, Objects.requireNonNull(
                    session.run(Map.of("x", numbers(Shape.of(1, 3, 8, 8), 3, 1))).get("places")).shape().get(0).size());
        }
    }

    /// It has kernels of its own for integers, which take what is around a convolution along.
    @Test
    void withIntegersConvolutionsAreOnnxRuntimes() {
        try (Engine engine = new OnnxRuntimeProvider().build(graph,
                EngineOptions.standard().withThreads(1).withPrecision(Precision.INT8))) {
            assertEquals(List.of(), kernels(engine));
            assertEquals(1, ((OnnxRuntimeEngine) engine).steps().size());
        }
    }
}
