package dev.maskforge.engine.onnxruntime;

import com.sun.management.ThreadMXBean;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.kernels.Kernels;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/// Graphs that are cut at kernels of ours, in a shape like a mask transformer's: encoder layers over a pyramid, then a head.
@Timeout(120)
class OwnKernelsTest {
    private static final boolean HAS_VECTOR_API = Kernels.best().toString().startsWith("Vector API");
    private static final Dimension N = Dimension.symbol("n");
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");
    private static final int CHANNELS = 64;
    private static final int HEADS = 2;
    private static final int POINTS = 4;
    private static final int QUERIES = 12;
    private static final int CLASSES = 7;
    /// Sums of 64 products in two layers and a head, 64·2⁻²⁴ each, and errors of positions of 2e-5.
    private static final double TOLERANCE = 5e-5;
    private static final long MOST_BYTES_ALLOCATED = 16 * 1024;
    private static final int MOST_RUNS = 1000;

    /// Deformable attention twice, whose offsets both take one constant, and labels.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value image = builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(N, Dimension.of(CHANNELS), H.times(4), W.times(4))));
        Value small = image.resize(Resize.Mode.BILINEAR, H.times(2), W.times(2));
        List<Level> levels = List.of(new Level(H.times(2), W.times(2)), new Level(H.times(4), W.times(4)));
        Value tokens = Value.concat(1, List.of(small.mapToTokens(), image.mapToTokens()));
        for (int layer = 0; layer < 2; layer++) {
            tokens = layer(builder, tokens, levels, layer);
        }
        builder.output("tokens", tokens);
        Value map = tokens.slice(1, H.times(W).times(4), H.times(W).times(20)).tokensToMap(H.times(4), W.times(4));
        Value masks = builder.add(new Operation.Conv(1, 0, 1, 1), map, weight(builder, "mask", QUERIES, CHANNELS, 1, 1));
        Value classes = map.resize(Resize.Mode.BILINEAR, Dimension.ONE, Dimension.ONE).reshape(N, Dimension.ONE, Dimension.of(CHANNELS))
                .matMul(weight(builder, "class", CHANNELS, QUERIES * (CLASSES + 1)))
                .reshape(N, Dimension.of(QUERIES), Dimension.of(CLASSES + 1));
        builder.output("masks", masks);
        builder.output("labels",
                builder.add(new Operation.SemanticLabels(H.times(16), W.times(16)), classes.multiply(8f), masks.multiply(4f)));
        return builder.build();
    }

    private static Value layer(GraphBuilder builder, Value tokens, List<Level> levels, int layer) {
        long samples = HEADS * POINTS * 2;
        Value value = tokens.matMul(weight(builder, "value" + layer, CHANNELS, CHANNELS));
        Value offsets = tokens.matMul(weight(builder, "offsets", CHANNELS, 2 * samples));
        Value logits = tokens.matMul(weight(builder, "logits" + layer, CHANNELS, samples));
        Value attended = builder.add(new DeformableAttention(HEADS, POINTS, levels), value, offsets, logits);
        return builder.add(new Operation.LayerNormalization(1e-5f), tokens.add(attended), weight(builder, "scale", CHANNELS),
                weight(builder, "bias", CHANNELS));
    }

    private static Value weight(GraphBuilder builder, String name, long... sizes) {
        try {
            return builder.value(name);
        } catch (IllegalArgumentException _) {
            return builder.initializer(name, numbers(Shape.of(sizes), name.hashCode(), 0.2));
        }
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
        return Map.of("image", numbers(Shape.of(batch, CHANNELS, 4L * h, 4L * w), 31L * h + w, 1));
    }

    private static Engine build(int threads) {
        return new OnnxRuntimeProvider().build(graph(), EngineOptions.standard().withThreads(threads));
    }

    /// With the Vector API the masks' convolution is one of them.
    @Test
    void isCutAtKernels() {
        List<String> wanted = HAS_VECTOR_API
                ? List.of("DeformableAttention", "DeformableAttention", "Conv", "SemanticLabels")
                : List.of("DeformableAttention", "DeformableAttention", "SemanticLabels");
        try (Engine engine = build(1)) {
            List<String> kernels = new ArrayList<>();
            boolean isAfterSegment = false;
            for (EngineStep step : ((OnnxRuntimeEngine) engine).steps()) {
                if (step instanceof EngineStep.OwnKernel(Node node, _, _, _)) {
                    assertTrue(isAfterSegment, "a segment before " + node);
                    kernels.add(node.operation().type());
                }
                isAfterSegment = step instanceof EngineStep.Segment;
            }
            assertEquals(wanted, kernels);
        }
    }

    @Test
    void saysWhatTheReferenceSaysAtAllSizesAndBatches() {
        try (Engine engine = build(2); Session session = engine.openSession()) {
            for (int[] sizes : new int[][]{{1, 2, 3}, {2, 1, 1}, {1, 3, 5}, {1, 2, 3}}) {
                Map<String, Tensor> inputs = picture(sizes[0], sizes[1], sizes[2]);
                SequencedMap<String, Tensor> expected = Interpreter.run(graph(), inputs);
                SequencedMap<String, Tensor> outputs = session.run(inputs);
                assertEquals(List.of("tokens", "masks", "labels"), List.copyOf(outputs.keySet()));
                for (OutputError error : Comparator.errors(expected, outputs)) {
                    System.out.println(inputs + ": " + error);
                    assertTrue(error.relative() <= TOLERANCE, error.toString());
                }
            }
        }
    }

    @Test
    void sessionsSideBySideSayTheSame() throws Exception {
        try (Engine engine = build(2); ExecutorService threads = Executors.newFixedThreadPool(3)) {
            byte[] expected;
            try (Session session = engine.openSession()) {
                expected = labels(session.run(picture(1, 4, 5)));
            }
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                runs.add(threads.submit(() -> {
                    try (Session session = engine.openSession()) {
                        for (int run = 0; run < 20; run++) {
                            assertArrayEquals(expected, labels(session.run(picture(1, 4, 5))));
                        }
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    private static byte[] labels(Map<String, Tensor> outputs) {
        return Objects.requireNonNull(outputs.get("labels")).toBytes();
    }

    @Test
    void aRunIsGivenUpBetweenStepsAndTheSessionGoesOn() {
        try (Engine engine = build(2); Session session = engine.openSession()) {
            byte[] expected = labels(session.run(picture(1, 2, 3)));
            for (Duration atMost : List.of(Duration.ZERO, Duration.ofNanos(500_000))) {
                EngineException e = assertThrows(EngineException.class, () -> session.run(picture(8, 16, 16), atMost));
                assertEquals("the run was given up after " + atMost.toMillis() + " ms, as asked", e.getMessage());
                assertArrayEquals(expected, labels(session.run(picture(1, 2, 3))));
            }
        }
    }

    /// Once the kernels are compiled, names and handles are all that is left. With the Vector API it depends on the compiler
    /// whether vectors are objects, which the kernels' own tests are about.
    @Test
    void runsAllocateLittleInJava() {
        assumeFalse(HAS_VECTOR_API, "with the Vector API kernels may allocate vectors");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Engine engine = build(1); Session session = engine.openSession()) {
            Map<String, Tensor> inputs = picture(1, 8, 8);
            long bytes = Long.MAX_VALUE;
            int runs = 0;
            while (bytes > MOST_BYTES_ALLOCATED && runs < MOST_RUNS) {
                long before = threads.getCurrentThreadAllocatedBytes();
                session.run(inputs);
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
                runs++;
            }
            System.out.println("six steps: run " + runs + " allocates " + bytes + " bytes");
            assertTrue(bytes <= MOST_BYTES_ALLOCATED, bytes + " bytes");
        }
    }
}
