package dev.maskforge.passes;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Foreign;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class FoldConstantsTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final Value x = Graphs.floats(builder, "x", 2, 3);

    private static Graph folded(Graph graph) {
        return Verifier.verify(new FoldConstants().apply(graph).graph());
    }

    private Value constant(float... elements) {
        return builder.constant("constant", Tensor.of(Shape.of(elements.length), elements));
    }

    /// Folding changes no bit: the constant is what the interpreter computed for the node.
    private static void assertComputesTheSame(Graph before, Graph after) {
        assertEquals(0, Graphs.difference(before, after, Graphs.numbers(before, Map.of(), 1, 1)));
    }

    @Test
    void aChainOfConstantsBecomesOne() {
        builder.output("y", x.add(constant(1, 2, 3).multiply(2).add(1)));
        Graph before = builder.build();
        Graph after = folded(before);
        assertEquals(List.of("Add"), Graphs.types(after));
        assertEquals(1, after.initializers().size());
        assertArrayEquals(new float[]{3, 5, 7}, requireNonNull(after.initializers().firstEntry()).getValue().toFloats());
        assertComputesTheSame(before, after);
    }

    @Test
    void aConstantKeepsTheNameOfItsNode() {
        Value doubled = constant(1, 2, 3).multiply(2);
        builder.output("y", x.add(doubled));
        assertEquals(List.of(doubled.name()), List.copyOf(folded(builder.build()).initializers().keySet()));
    }

    @Test
    void rangesAndSizesOfFixedSizeFold() {
        Value positions = builder.range(Dimension.of(3)).cast(DataType.FLOAT32)
                .divide(builder.size(Dimension.of(3)).cast(DataType.FLOAT32));
        builder.output("y", x.add(positions));
        Graph before = builder.build();
        Graph after = folded(before);
        assertEquals(List.of("Add"), Graphs.types(after));
        assertComputesTheSame(before, after);
    }

    @Test
    void aResultAtTheLimitFolds() {
        int elements = 128 * 1024 / Float.BYTES;
        builder.output("y", builder.constant("ones", Tensor.of(Shape.of(elements), new float[elements])).add(1).add(x.sum(0).sum(0)));
        assertEquals(List.of("ReduceSum", "ReduceSum", "Add"), Graphs.types(folded(builder.build())));
    }

    @Test
    void doesNotFireAboveTheLimit() {
        int elements = 128 * 1024 / Float.BYTES + 1;
        builder.output("y", builder.constant("ones", Tensor.of(Shape.of(elements), new float[elements])).add(1).add(x.sum(0).sum(0)));
        assertEquals(List.of("Add", "ReduceSum", "ReduceSum", "Add"), Graphs.types(folded(builder.build())));
    }

    @Test
    void doesNotFireOnWhatAnInputGoesInto() {
        builder.output("y", x.add(constant(1, 2, 3)).multiply(2));
        Graph graph = builder.build();
        assertEquals(graph.nodes(), folded(graph).nodes());
    }

    @Test
    void doesNotFireOnAnOutput() {
        builder.output("y", constant(1, 2, 3).multiply(2));
        Graph graph = builder.build();
        assertEquals(graph.nodes(), folded(graph).nodes());
    }

    @Test
    void doesNotFireOnFreeSizes() {
        Dimension h = Dimension.symbol("h");
        Value free = Graphs.floats(builder, "free", h);
        builder.output("y", free.add(builder.range(h).cast(DataType.FLOAT32).divide(builder.size(h).cast(DataType.FLOAT32))));
        Graph graph = builder.build();
        assertEquals(graph.nodes(), folded(graph).nodes());
    }

    @Test
    void doesNotFireOnForeignOperations() {
        builder.output("y", x.relu());
        GraphBuilder foreign = GraphBuilder.rewriting(builder.build());
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(3));
        Value given = foreign.copy(new Node("theirs", new Foreign("com.example", "Theirs", Map.of(), List.of(type)), List.of(),
                List.of("theirs")), List.of()).getFirst();
        foreign.output("y", foreign.value("x").add(given));
        Graph graph = foreign.build();
        assertEquals(graph.nodes(), folded(graph).nodes());
    }

    private static final FoldConstants WEIGHTS = new FoldConstants(FoldConstants.Limit.NO_LARGER_THAN_THEIR_PARTS);

    /// Of 256 KiB, above what is small.
    private Value weight(String name) {
        float[] elements = new float[256 * 256];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i % 97 / 97f;
        }
        return builder.initializer(name, Tensor.of(Shape.of(256, 256), elements));
    }

    @Test
    void weightsThatAreJoinedFoldWhereTheyAreAskedFor() {
        builder.output("y", builder.add(new Operation.Linear(), Graphs.floats(builder, "z", 1, 256),
                Value.concat(0, List.of(weight("v"), weight("w")))));
        Graph graph = builder.build();
        assertEquals(graph.nodes(), folded(graph).nodes());
        Graph after = Verifier.verify(WEIGHTS.apply(graph).graph());
        assertEquals(List.of("Linear"), Graphs.types(after));
        assertComputesTheSame(graph, after);
    }

    /// A copy of a large checkpoint's weights would cost as much memory again.
    @Test
    void rowsOfAWeightStayWhereTheWeightIs() {
        Value weight = weight("w");
        builder.output("y", builder.add(new Operation.Linear(), Graphs.floats(builder, "z", 1, 256), weight.slice(0, 64, 256)));
        Graph graph = builder.build();
        Graph after = Verifier.verify(WEIGHTS.apply(graph).graph());
        Tensor rows = requireNonNull(after.initializers().firstEntry()).getValue();
        Tensor whole = requireNonNull(graph.initializers().get("w"));
        assertEquals(whole.memory().address() + 64 * 1024, rows.memory().address());
        assertEquals(whole.memory().heapBase(), rows.memory().heapBase());
        assertComputesTheSame(graph, after);
    }

    @Test
    void doesNotRepeatATable() {
        builder.output("y", Graphs.floats(builder, "z", 1, 256, 256).add(
                weight("w").reshape(Dimension.ONE, Dimension.of(256), Dimension.of(256)).expand(Dimension.of(2), Dimension.of(256),
                        Dimension.of(256))));
        assertEquals(List.of("Expand", "Add"), Graphs.types(WEIGHTS.apply(builder.build()).graph()));
    }
}
