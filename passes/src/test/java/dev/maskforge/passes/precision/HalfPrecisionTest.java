package dev.maskforge.passes.precision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HalfPrecisionTest {
    private static final HalfPrecision PASS = new HalfPrecision(Set.of(), Ranges.none());

    private final Random random = new Random(7);

    private Tensor numbers(double deviation, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(shape, elements);
    }

    private Value weight(GraphBuilder builder, String name, long... sizes) {
        return builder.initializer(name, numbers(1 / Math.sqrt((double) sizes[sizes.length - 1]), sizes));
    }

    /// A picture's normalisation, a convolution, deformable attention over 3x4 and 6x8, masked attention, and two outputs.
    private Graph network() {
        GraphBuilder builder = new GraphBuilder();
        Value image = builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 6, 8)));
        Value normalised = builder.within("normalisation", () -> image.subtract(120).divide(58));
        Value map = builder.within("stem", () -> builder.add(new Operation.Conv(1, 1, 1, 1), normalised,
                builder.initializer("stem.weight", numbers(0.3, 8, 3, 3, 3)))).relu();
        Value fine = map.mapToTokens();
        Value coarse = builder.add(new Operation.MaxPool(2, 2, 0), map).mapToTokens();
        Value tokens = Value.concat(1, List.of(coarse, fine)); // [1, 12 + 48, 8]
        Value ones = builder.initializer("norm.weight", Tensor.of(Shape.of(8), 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f));
        Value zeros = builder.initializer("norm.bias", Tensor.of(Shape.of(8), new float[8]));
        Value x = builder.within("encoder", () -> {
            List<Operation.DeformableAttention.Level> levels = List.of(level(3, 4), level(6, 8));
            Value sampled = builder.add(new Operation.DeformableAttention(2, 2, levels), linear(builder, "value", tokens, 8),
                    linear(builder, "offsets", tokens, 16), linear(builder, "logits", tokens, 8));
            return builder.add(new Operation.LayerNormalization(1e-5f), tokens.add(sampled), ones, zeros);
        });
        Value query = builder.initializer("query", numbers(1, 1, 5, 8));
        Value masks = builder.within("masks", () -> linear(builder, "embedding", query, 8).matMul(x.transpose(0, 2, 1))); // [1, 5, 60]
        Value blocked = builder.within("blocked", () -> masks.sigmoid().less(0.5f));
        Value someInside = builder.within("blocked", () -> blocked.cast(DataType.FLOAT32).minimumAlong(2).less(0.5f));
        Value attended = builder.within("decoder", () -> builder.add(new Operation.Attention(2), linear(builder, "q", query, 8),
                linear(builder, "k", x, 8), linear(builder, "v", x, 8), blocked.and(someInside)));
        Value last = builder.within("last", () -> builder.add(new Operation.LayerNormalization(1e-5f), attended.add(query), ones, zeros));
        builder.output("pred_logits", builder.within("classes", () -> linear(builder, "classes", last, 4)));
        builder.output("pred_masks",
                builder.within("masks", () -> linear(builder, "last_embedding", last, 8).matMul(x.transpose(0, 2, 1))));
        return builder.build();
    }

    private static Operation.DeformableAttention.Level level(long height, long width) {
        return new Operation.DeformableAttention.Level(Dimension.of(height), Dimension.of(width));
    }

    private Value linear(GraphBuilder builder, String name, Value x, long channels) {
        return builder.add(new Operation.Linear(), x, weight(builder, name + ".weight", channels, 8));
    }

    private static Map<String, DataType> types(Graph graph) {
        return graph.nodes().stream().collect(Collectors.toMap(Node::name, node -> graph.type(node.output()).dataType()));
    }

    private Map<String, Tensor> picture() {
        float[] pixels = new float[3 * 6 * 8];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        return Map.of("image", Tensor.of(Shape.of(1, 3, 6, 8), pixels));
    }

    @Test
    void mostIsHalfAndWhatDecidesIsNot() {
        Graph half = Verifier.verify(PASS.apply(network()).graph());
        Map<String, DataType> types = types(half);
        for (String node : List.of("stem/Conv", "encoder/DeformableAttention", "encoder/LayerNormalization", "decoder/Attention",
                "last/LayerNormalization")) {
            assertEquals(DataType.FLOAT16, types.get(node), node);
        }
        for (String node : List.of("normalisation/Subtract", "normalisation/Divide", "masks/MatMul", "blocked/Sigmoid", "classes/Linear")) {
            assertEquals(DataType.FLOAT32, types.get(node), node);
        }
        Node deformable = half.nodes().stream().filter(node -> node.operation() instanceof Operation.DeformableAttention).findFirst()
                .orElseThrow();
        assertEquals(List.of(DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT32),
                deformable.inputs().stream().map(name -> half.type(name).dataType()).toList());
        assertEquals(DataType.FLOAT32, half.type("image").dataType());
        assertEquals(DataType.FLOAT32, half.type("pred_logits").dataType());
        assertEquals(DataType.FLOAT32, half.type("pred_masks").dataType());
    }

    @Test
    void givesTheSameUpToHalfsRounding() {
        Graph graph = network();
        Graph half = PASS.apply(graph).graph();
        Graph lowered = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE)
                .apply(new HalfPrecision(Set.of(Operation.DeformableAttention.class), Ranges.none()).apply(graph).graph()).graph();
        double largest = 0;
        for (int i = 0; i < 5; i++) {
            Map<String, Tensor> picture = picture();
            SequencedMap<String, Tensor> expected = Interpreter.run(graph, picture);
            largest = Math.max(largest, difference(expected, Interpreter.run(half, picture)));
            largest = Math.max(largest, difference(expected, Interpreter.run(Verifier.verify(lowered), picture)));
        }
        System.out.printf("half precision against float32: largest relative error %.1e%n", largest);
        // Half has 11 bits: a dozen roundings of 2^-11 one after the other.
        assertTrue(largest < 12 * Math.pow(2, -11), "largest relative error " + largest);
        assertTrue(largest > 0, "nothing was rounded");
    }

    private static double difference(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        double worst = 0;
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            float[] a = entry.getValue().toFloats();
            float[] b = requireNonNull(actual.get(entry.getKey())).toFloats();
            double largest = 0;
            double scale = 0;
            for (int i = 0; i < a.length; i++) {
                largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
                scale = Math.max(scale, Math.abs(a[i]));
            }
            worst = Math.max(worst, largest / scale);
        }
        return worst;
    }

    private static Graph product(Tensor weight) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(3, 4)));
        Value first = builder.within("first", () -> x.matMul(builder.initializer("w", weight)));
        Value second = builder.within("second", () -> first.matMul(builder.initializer("v", Tensor.of(Shape.of(4, 4), new float[16]))));
        builder.output("y",
                builder.within("third", () -> second.matMul(builder.initializer("u", Tensor.of(Shape.of(4, 4), new float[16])))));
        return builder.build();
    }

    @Test
    void weightsBeyondHalfStayAsTheyAre() {
        float[] large = new float[16];
        large[5] = -70_000;
        assertEquals(DataType.FLOAT32, types(PASS.apply(product(Tensor.of(Shape.of(4, 4), large))).graph()).get("first/MatMul"));
        large[5] = -60_000;
        assertEquals(DataType.FLOAT16, types(PASS.apply(product(Tensor.of(Shape.of(4, 4), large))).graph()).get("first/MatMul"));
    }

    @Test
    void resultsMeasuredAsTooLargeStayAsTheyAre() {
        float[] diagonal = new float[16];
        for (int i = 0; i < 4; i++) {
            diagonal[5 * i] = 300;
        }
        Graph graph = product(Tensor.of(Shape.of(4, 4), diagonal));
        Ranges ranges = Ranges.measure(graph,
                List.of(Map.of("x", Tensor.of(Shape.of(3, 4), 1f, -2f, 0f, 1f, 0f, 0f, 0f, 0f, 1f, 1f, 1f, 1f))));
        assertEquals(600f, ranges.largest().get("first/MatMul"));
        Map<String, DataType> types = types(new HalfPrecision(Set.of(), ranges).apply(graph).graph());
        assertEquals(DataType.FLOAT32, types.get("first/MatMul"));
        assertEquals(DataType.FLOAT16, types.get("second/MatMul"));
        assertEquals(DataType.FLOAT32, types.get("third/MatMul"));
    }

    @Test
    void aGraphOfWholeNumbersIsLeftAlone() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.INT64, Shape.of(3)));
        builder.output("y", x.add(x));
        Graph graph = builder.build();
        Pass.Outcome outcome = PASS.apply(graph);
        assertEquals(0, outcome.matches());
        assertSame(graph, outcome.graph());
    }
}
