package dev.maskforge.passes;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.GroupNormalization;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Operation.Subgraph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.text.GraphText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What an operation is expanded to computes what the interpreter says that the operation means.
class LoweringTest {
    /// The interpreter rounds once, expansions at every node: a few times 6e-8 of the largest intermediate.
    private static final double TOLERANCE = 2e-6;
    /// Positions go through float32 between 0 and 1 and come back as pixels: off by size·1e-7, times the slope of a map.
    private static final double SAMPLING_TOLERANCE = 1e-5;
    private static final Dimension N = Dimension.symbol("n");
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");

    record Case(String name, Graph graph, Map<String, Tensor> inputs, double tolerance) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(linear());
        cases.addAll(fusedConvolution());
        cases.addAll(feedForward());
        cases.addAll(groupNormalization());
        cases.addAll(attention());
        cases.addAll(deformableAttention());
        cases.addAll(semanticInference());
        cases.addAll(subgraph());
        return cases;
    }

    private static Case of(String name, Map<String, Long> sizes, double deviation, Operation operation, Shape... shapes) {
        Graph graph = Graphs.of(operation, shapes);
        return new Case(name, graph, Graphs.numbers(graph, sizes, deviation, 1), TOLERANCE);
    }

    private static List<Case> linear() {
        Shape weight = Shape.of(5, 7);
        return List.of(of("linear", Map.of(), 1, new Linear(), Shape.of(2, 3, 7), weight, Shape.of(5)),
                of("linear without bias", Map.of(), 1, new Linear(), Shape.of(4, 7), weight),
                of("linear, a vector", Map.of(), 1, new Linear(), Shape.of(7), weight, Shape.of(5)),
                of("linear, one row and column", Map.of(), 1, new Linear(), Shape.of(1, 1, 1), Shape.of(1, 1), Shape.of(1)),
                of("linear, free", Map.of("n", 3L, "h", 5L), 1, new Linear(), Shape.of(N, H.times(2), Dimension.of(7)), weight,
                        Shape.of(5)));
    }

    /// Rounded where what it is expanded to is rounded.
    private static List<Case> fusedConvolution() {
        Shape x = Shape.of(2, 6, 7, 5);
        Shape weight = Shape.of(4, 3, 3, 3);
        return List.of(fused("with all", Map.of(), new FusedConv(2, 1, 1, 2, Activation.RELU), x, weight, Shape.of(4),
                Shape.of(2, 4, 4, 3)),
                fused("without activation", Map.of(), new FusedConv(1, 0, 2, 2, Activation.NONE), x, weight, Shape.of(4),
                        Shape.of(2, 4, 3, 1)),
                fused("without addend", Map.of(), new FusedConv(1, 2, 1, 2, Activation.RELU), x, weight, Shape.of(4)),
                fused("without bias", Map.of(), new FusedConv(1, 1, 1, 2, Activation.RELU), x, weight),
                fused("without anything", Map.of(), new FusedConv(3, 1, 1, 2, Activation.NONE), x, weight),
                fused("free", Map.of("n", 3L, "h", 2L, "w", 1L), new FusedConv(1, 0, 1, 1, Activation.RELU),
                        Shape.of(N, Dimension.of(3), H, W.times(5)), Shape.of(4, 3, 1, 1), Shape.of(4),
                        Shape.of(N, Dimension.of(4), H, W.times(5))));
    }

    private static Case fused(String name, Map<String, Long> sizes, FusedConv operation, Shape... shapes) {
        Graph graph = Graphs.of(operation, shapes);
        return new Case("fused convolution, " + name, graph, Graphs.numbers(graph, sizes, 1, 1), 0);
    }

    /// Rounded where what it is expanded to is rounded.
    private static List<Case> feedForward() {
        return List.of(feedForward("rows", Map.of(), Shape.of(2, 3, 7)), feedForward("a vector", Map.of(), Shape.of(7)),
                feedForward("free", Map.of("n", 3L, "h", 5L), Shape.of(N, H.times(2), Dimension.of(7))));
    }

    private static Case feedForward(String name, Map<String, Long> sizes, Shape x) {
        Graph graph = Graphs.of(new FeedForward(), x, Shape.of(7, 9), Shape.of(9), Shape.of(9, 5), Shape.of(5));
        return new Case("feed-forward network, " + name, graph, Graphs.numbers(graph, sizes, 1, 1), 0);
    }

    private static List<Case> subgraph() {
        return List.of(subgraph("fixed", Map.of(), Dimension.of(2)), subgraph("free", Map.of("n", 3L), N));
    }

    /// What it holds is expanded, too.
    private static Case subgraph(String name, Map<String, Long> sizes, Dimension batch) {
        Graph graph = chain(batch);
        return new Case("subgraph, " + name, graph, Graphs.numbers(graph, sizes, 1, 1), TOLERANCE);
    }

    /// A node of two outputs, of which one is taken on.
    private static Graph chain(Dimension batch) {
        Graph inner = GraphText.parse("""
                (x: float32[%s, 3, 4], w: float32[4, 4], b: float32[4]) -> (query, attended) {
                  query = Linear(x, w, b) as self/Linear
                  attended = Attention{heads=2}(query, query, x) as Attention
                }
                """.formatted(batch));
        GraphBuilder builder = new GraphBuilder();
        List<Value> inputs = List.of(Graphs.floats(builder, "x", batch, Dimension.of(3), Dimension.of(4)),
                Graphs.floats(builder, "w", 4, 4), Graphs.floats(builder, "b", 4));
        List<Value> results = builder.copy(new Node("layer/chain", new Subgraph(inner), List.of(), List.of("one", "two")), inputs);
        builder.output("y", results.get(0));
        builder.output("z", results.get(1));
        return builder.build();
    }

    /// Deviations around sqrt(epsilon), so that epsilon counts.
    private static List<Case> groupNormalization() {
        GroupNormalization four = new GroupNormalization(4, 1e-5f);
        Shape channels = Shape.of(12);
        return List.of(of("group normalisation", Map.of(), 1, four, Shape.of(2, 12, 5, 3), channels, channels),
                of("group normalisation of small numbers", Map.of(), 0.01, four, Shape.of(2, 12, 5, 3), channels, channels),
                of("group normalisation, one pixel", Map.of(), 0.01, four, Shape.of(2, 12, 1, 1), channels, channels),
                of("group normalisation, tokens", Map.of(), 0.01, four, Shape.of(2, 12, 9), channels, channels),
                of("group normalisation, no axes besides", Map.of(), 0.01, four, Shape.of(2, 12), channels, channels),
                of("group normalisation, a group a channel", Map.of(), 0.01, new GroupNormalization(12, 1e-3f),
                        Shape.of(1, 12, 4, 4), channels, channels),
                of("group normalisation, one group", Map.of(), 0.01, new GroupNormalization(1, 1e-5f), Shape.of(1, 12, 4, 4), channels,
                        channels),
                of("group normalisation, free", Map.of("n", 2L, "h", 3L, "w", 1L), 0.01, four, Shape.of(N, Dimension.of(12), H, W.times(5)),
                        channels, channels));
    }

    private static List<Case> attention() {
        Shape query = Shape.of(2, 5, 16);
        Shape key = Shape.of(2, 9, 16);
        return List.of(of("attention", Map.of(), 1, new Attention(4), query, key, key),
                of("attention, one head", Map.of(), 1, new Attention(1), query, key, key),
                of("attention, a channel a head", Map.of(), 1, new Attention(16), query, key, key),
                of("attention, one key", Map.of(), 1, new Attention(4), query, Shape.of(2, 1, 16), Shape.of(2, 1, 16)),
                of("attention, sharp", Map.of(), 8, new Attention(4), query, key, key),
                of("attention, free", Map.of("n", 2L, "h", 3L), 1, new Attention(2),
                        Shape.of(N, Dimension.of(5), Dimension.of(8)), Shape.of(N, H.times(5), Dimension.of(8)),
                        Shape.of(N, H.times(5), Dimension.of(8))),
                masked("attention, masked", Map.of(), Dimension.of(2), Dimension.of(9)),
                masked("attention, masked, free", Map.of("n", 3L, "h", 2L), N, H.times(6)));
    }

    /// Query 0 sees nothing and gives NaN in both; query 1 sees all.
    private static Case masked(String name, Map<String, Long> sizes, Dimension batch, Dimension keys) {
        GraphBuilder builder = new GraphBuilder();
        Value query = Graphs.floats(builder, "query", batch, Dimension.of(4), Dimension.of(16));
        Value key = Graphs.floats(builder, "key", batch, keys, Dimension.of(16));
        Value value = Graphs.floats(builder, "value", batch, keys, Dimension.of(16));
        Shape shape = Shape.of(batch, Dimension.of(4), keys);
        Value blocked = builder.input("blocked", new TensorType(DataType.BOOL, shape));
        builder.output("y", builder.add(new Attention(2), query, key, value, blocked));
        Graph graph = builder.build();
        Map<String, Tensor> inputs = Graphs.numbers(graph, sizes, 1, 2);
        Shape actual = shape.with(sizes);
        boolean[] mask = new boolean[(int) actual.elementCount()];
        int row = (int) actual.get(2).size();
        Random random = new Random(3);
        for (int i = 0; i < mask.length; i++) {
            int of = i / row % 4;
            mask[i] = of == 0 || of > 1 && i % row > 0 && random.nextBoolean();
        }
        inputs.put("blocked", Tensor.of(actual, mask));
        return new Case(name, graph, inputs, TOLERANCE);
    }

    static List<Case> deformableAttention() {
        Level free = new Level(H, W);
        Level twice = new Level(H.times(2), W.times(2));
        return List.of(deformable("three levels", Map.of(), 1, 4, 2, level(2, 3), level(4, 6), level(8, 12)),
                deformable("odd sizes", Map.of(), 2, 3, 2, level(3, 5), level(7, 2), level(11, 13)),
                deformable("one pixel", Map.of(), 1, 2, 2, level(1, 1)), deformable("a row and a column", Map.of(), 2, 4, 2, level(1, 6),
                        level(5, 1), level(1, 1)),
                deformable("one head, one point", Map.of(), 1, 1, 1, level(4, 4), level(2, 2)),
                deformable("offsets around the borders", Map.of(), 6, 4, 2, level(3, 4), level(6, 8)),
                deformable("offsets far outside", Map.of(), 1e4, 4, 2, level(3, 4), level(6, 8)),
                deformable("offsets beyond all integers", Map.of(), 1e30, 4, 2, level(3, 4), level(6, 8)),
                deformable("offsets that overflow", Map.of(), 1e38, 4, 2, level(1, 1), level(6, 8)),
                deformable("whole offsets", Map.of(), 0, 4, 2, level(3, 4), level(6, 8)),
                deformable("free", Map.of("n", 2L, "h", 3L, "w", 5L), 2, 4, 2, free, twice),
                deformable("free, one pixel", Map.of("n", 1L, "h", 1L, "w", 1L), 2, 4, 2, free, twice));
    }

    private static Level level(long height, long width) {
        return new Level(Dimension.of(height), Dimension.of(width));
    }

    /// Without a batch in `sizes` it is 2.
    private static Case deformable(String name, Map<String, Long> sizes, double reach, int points, int heads, Level... levels) {
        Dimension batch = sizes.isEmpty() ? Dimension.of(2) : N;
        Dimension tokens = Arrays.stream(levels).map(Level::tokens).reduce(Dimension.ZERO, Dimension::plus);
        long samples = (long) heads * levels.length * points;
        GraphBuilder builder = new GraphBuilder();
        Value value = Graphs.floats(builder, "value", batch, tokens, Dimension.of(3L * heads));
        Value offsets = Graphs.floats(builder, "offsets", batch, tokens, Dimension.of(2 * samples));
        Value logits = Graphs.floats(builder, "logits", batch, tokens, Dimension.of(samples));
        // Tokens do not tell height and width; an input that nothing takes does.
        Graphs.floats(builder, "size", sizes.isEmpty() ? Shape.of(1, 1) : Shape.of(H, W));
        builder.output("y", builder.add(new DeformableAttention(heads, points, List.of(levels)), value, offsets, logits));
        Graph graph = builder.build();
        Map<String, Tensor> inputs = new HashMap<>(Graphs.numbers(graph, sizes, 1, 4));
        inputs.put("offsets", Graphs.gaussian(graph.type("offsets").shape().with(sizes), reach, new Random(5)));
        return new Case("deformable attention, " + name, graph, inputs, SAMPLING_TOLERANCE);
    }

    private static List<Case> semanticInference() {
        SemanticInference free = new SemanticInference(H.times(8), W.times(8));
        return List.of(
                of("semantic inference", Map.of(), 2, inference(32, 48), Shape.of(2, 5, 4), Shape.of(2, 5, 8, 12)),
                of("semantic inference, odd sizes", Map.of(), 2, inference(13, 29), Shape.of(1, 5, 4), Shape.of(1, 5, 5, 7)),
                of("semantic inference, one pixel", Map.of(), 2, inference(4, 4), Shape.of(1, 5, 4), Shape.of(1, 5, 1, 1)),
                of("semantic inference, to one pixel", Map.of(), 2, inference(1, 1), Shape.of(1, 5, 4), Shape.of(1, 5, 3, 3)),
                of("semantic inference, one query, one class", Map.of(), 2, inference(8, 8), Shape.of(1, 1, 2), Shape.of(1, 1, 2, 2)),
                of("semantic inference, sure", Map.of(), 50, inference(16, 16), Shape.of(1, 5, 4), Shape.of(1, 5, 4, 4)),
                of("semantic inference, free", Map.of("n", 2L, "h", 3L, "w", 1L), 2, free, Shape.of(N, Dimension.of(5), Dimension.of(4)),
                        Shape.of(N, Dimension.of(5), H.times(2), W.times(2))));
    }

    private static SemanticInference inference(long height, long width) {
        return new SemanticInference(Dimension.of(height), Dimension.of(width));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesTheSame(Case test) {
        for (Lowering.DeformableAttention form : Lowering.DeformableAttention.values()) {
            Graph lowered = Verifier.verify(new Lowering(Set.of(), form).apply(test.graph()).graph());
            assertTrue(lowered.nodes().stream().noneMatch(node -> node.operation().isHighLevel()), () -> Graphs.types(lowered).toString());
            double error = Graphs.difference(test.graph(), lowered, test.inputs());
            System.out.printf("%s (%s): largest relative error %.1e%n", test, form, error);
            assertTrue(error <= test.tolerance(), () -> form + " differs by " + error);
        }
    }

    /// The same number of samples at the same places, so that they agree better than either with exact arithmetic.
    @ParameterizedTest
    @MethodSource("deformableAttention")
    void theFormsOfDeformableAttentionAgree(Case test) {
        Graph sampled = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE).apply(test.graph()).graph();
        Graph gathered = new Lowering(Set.of(), Lowering.DeformableAttention.GATHER).apply(test.graph()).graph();
        double error = Graphs.difference(sampled, gathered, test.inputs());
        System.out.printf("%s: forms differ by %.1e%n", test, error);
        assertTrue(error <= test.tolerance(), () -> "the forms differ by " + error);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keepsWhatTheEngineHas(Case test) {
        Class<? extends Operation> operation = test.graph().nodes().getLast().operation().getClass();
        Graph kept = new Lowering(Set.of(operation), Lowering.DeformableAttention.ENGINE).apply(test.graph()).graph();
        assertEquals(test.graph().nodes(), kept.nodes());
        assertEquals(test.graph().types(), kept.types());
    }

    @Test
    void expandsDeformableAttentionForWhoAsksAlsoWhereTheEngineHasIt() {
        Set<Class<? extends Operation>> own = Set.of(Operation.DeformableAttention.class);
        assertEquals(Optional.empty(), new Lowering(own, Lowering.DeformableAttention.ENGINE).expansion());
        assertEquals(Optional.of(Lowering.DeformableAttention.GRID_SAMPLE),
                new Lowering(Set.of(), Lowering.DeformableAttention.ENGINE).expansion());
        assertEquals(Optional.of(Lowering.DeformableAttention.GATHER), new Lowering(own, Lowering.DeformableAttention.GATHER).expansion());
    }

    @ParameterizedTest
    @EnumSource
    void leavesSimpleOperationsAlone(Lowering.DeformableAttention form) {
        Graph graph = Graphs.of(new Operation.Softmax(1), Shape.of(2, 3));
        Graph lowered = new Lowering(Set.of(), form).apply(graph).graph();
        assertEquals(graph.nodes(), lowered.nodes());
        assertEquals(graph.inputs(), lowered.inputs());
        assertEquals(graph.outputs(), lowered.outputs());
    }

    @Test
    void newNodesLieInTheScopeOfTheOld() {
        Graph graph = Graphs.of(new Linear(), Shape.of(2, 7), Shape.of(5, 7), Shape.of(5));
        Graph lowered = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE).apply(graph).graph();
        assertEquals(List.of("layer/Linear/Transpose", "layer/Linear/MatMul", "layer/Linear/Add"),
                lowered.nodes().stream().map(node -> node.name()).toList());
        assertEquals(List.of("y"), lowered.outputs());
    }

    @Test
    void theNodesOfASubgraphLieUnderItsName() {
        Set<Class<? extends Operation>> own = Set.of(Linear.class, Attention.class);
        Pass.Outcome outcome = new Lowering(own, Lowering.DeformableAttention.ENGINE).apply(chain(N));
        assertEquals(List.of("layer/chain/self/Linear", "layer/chain/Attention"),
                outcome.graph().nodes().stream().map(Node::name).toList());
        assertEquals(List.of("y", "z"), outcome.graph().outputs());
        assertEquals(1, outcome.matches());
    }

    @Test
    void constantsStayThoseOfTheCheckpoint() {
        GraphBuilder builder = new GraphBuilder();
        Value x = Graphs.floats(builder, "x", 2, 3);
        Tensor weight = Tensor.of(Shape.of(1, 3), 1f, 2, 3);
        builder.output("y", builder.add(new Linear(), x, builder.initializer("head.weight", weight)));
        Graph lowered = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE).apply(builder.build()).graph();
        assertSame(weight, lowered.initializers().get("head.weight"));
    }
}
