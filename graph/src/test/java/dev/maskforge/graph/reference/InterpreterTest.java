package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertLongs;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class InterpreterTest {
    private static final Dimension BATCH = Dimension.symbol("n");
    private static final Dimension HEIGHT = Dimension.symbol("h");

    private static TensorType floats32(Dimension... dimensions) {
        return new TensorType(DataType.FLOAT32, Shape.of(dimensions));
    }

    /// `tokens [n, 4·h + 1]` can only be understood from `map [n, 2·h]`.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value map = builder.input("map", floats32(BATCH, HEIGHT.times(2)));
        Value tokens = builder.input("tokens", floats32(BATCH, HEIGHT.times(4).plus(1)));
        Value joined = Value.concat(1, List.of(map, tokens, builder.constant(2f).expand(BATCH, Dimension.ONE)));
        builder.output("doubled", joined.multiply(2f).relu());
        builder.output("count", builder.size(HEIGHT.times(6).plus(2)));
        return builder.build();
    }

    private static Tensor output(Map<String, Tensor> outputs, String name) {
        return Objects.requireNonNull(outputs.get(name), name);
    }

    @Test
    void symbolsComeFromAllInputsTogether() {
        Map<String, Tensor> outputs = Interpreter.run(graph(),
                Map.of("map", floats(shape(1, 2), 1, 2), "tokens", floats(shape(1, 5), 3, 4, -5, 6, 7)));
        assertFloats(output(outputs, "doubled"), shape(1, 8), 2, 4, 6, 8, 0, 12, 14, 4);
        assertLongs(output(outputs, "count"), shape(1), 8);
        assertEquals(List.of("doubled", "count"), List.copyOf(outputs.keySet()));
    }

    /// 2048 + 1 lies between two halves, and 2048 is the even one; the sum of three is rounded once, at its end.
    @Test
    void halvesAreComputedInFloat32AndRoundedOnce() {
        Tensor row = Tensor.ofHalves(shape(1, 3), 2048, 1, 1);
        Tensor ones = Tensor.ofHalves(shape(3, 1), 1, 1, 1);
        Tensor sum = Interpreter.evaluate(new Operation.MatMul(), List.of(row, ones));
        assertEquals(DataType.FLOAT16, sum.dataType());
        assertEquals(2050f, sum.halvesToFloats()[0]);
        Tensor added = Interpreter.evaluate(new Operation.Binary(Operation.BinaryFunction.ADD),
                List.of(Tensor.ofHalves(shape(1), 2048), Tensor.ofHalves(shape(1), 1)));
        assertEquals(2048f, added.halvesToFloats()[0]);
        assertEquals(Float.POSITIVE_INFINITY, Tensor.ofHalves(shape(1), 65_520).halvesToFloats()[0]);
    }

    @Test
    void oneGraphRunsAtManySizes() {
        for (int height = 1; height < 4; height++) {
            for (int batch = 1; batch < 4; batch++) {
                Tensor map = Tensor.of(shape(batch, 2L * height), new float[batch * 2 * height]);
                Tensor tokens = Tensor.of(shape(batch, 4L * height + 1), new float[batch * (4 * height + 1)]);
                assertEquals(shape(batch, 6L * height + 2),
                        output(Interpreter.run(graph(), Map.of("map", map, "tokens", tokens)), "doubled").shape());
            }
        }
    }

    private static void assertInputsRefused(String part, Map<String, Tensor> inputs) {
        String message = String
                .valueOf(assertThrows(IllegalArgumentException.class, () -> Interpreter.run(graph(), inputs)).getMessage());
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void wrongInputsAreNamed() {
        Tensor map = floats(shape(1, 2), 1, 2);
        Tensor tokens = floats(shape(1, 5), 1, 2, 3, 4, 5);
        assertInputsRefused("input 'tokens' is missing", Map.of("map", map));
        assertInputsRefused("there is no input 'more'; there is 'map'", Map.of("map", map, "tokens", tokens, "more", map));
        assertInputsRefused("input 'map' is int64[1, 2], not float32", Map.of("map", Tensor.of(shape(1, 2), 1L, 2L), "tokens", tokens));
        assertInputsRefused("input 'map' is float32[2], not", Map.of("map", map.reshape(shape(2)), "tokens", tokens));
        assertInputsRefused("input 'map' is float32[1, 3], not", Map.of("map", floats(shape(1, 3), 1, 2, 3), "tokens", tokens));
        assertInputsRefused("input 'tokens' is float32[1, 5], not float32[n, 4*h+1]; the inputs' sizes are {h=2, n=1}",
                Map.of("map", floats(shape(1, 4), 1, 2, 3, 4), "tokens", tokens));
        assertInputsRefused("it is empty", Map.of("map", floats(shape(1, 0)), "tokens", tokens));
    }

    @Test
    void whatCannotBeComputedNamesItsNode() {
        GraphBuilder builder = new GraphBuilder();
        Value data = builder.input("data", floats32(HEIGHT));
        Value indices = builder.input("indices", new TensorType(DataType.INT64, Shape.of(1)));
        builder.output("picked", builder.within("decoder", () -> data.gather(0, indices)));
        String message = String.valueOf(assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(builder.build(), Map.of("data", floats(shape(2), 1, 2), "indices", Tensor.of(shape(1), 5L))))
                .getMessage());
        assertEquals("node 'decoder/Gather': Gather: index 5 is not within 2", message);
    }

    @Test
    void foreignOperationsAreRefusedByName() {
        TensorType type = floats32(Dimension.ONE);
        assertRefused("does not know the operation com.example.Fancy",
                new Operation.Foreign("com.example", "Fancy", Map.of(), List.of(type)), floats(shape(1), 1));
    }

    @Test
    void theObserverSeesEveryNodeAndMayEndTheRun() {
        Map<String, Tensor> inputs = Map.of("map", floats(shape(1, 2), 1, 2), "tokens", floats(shape(1, 5), 3, 4, 5, 6, 7));
        List<String> seen = new ArrayList<>();
        Interpreter.run(graph(), inputs, (node, outputs) -> outputs.forEach(output -> seen.add(node.operation().type() + " " + output)));
        assertEquals(
                List.of("Expand float32[1, 1]", "Concat float32[1, 8]", "Multiply float32[1, 8]", "Relu float32[1, 8]", "Sizes int64[1]"),
                seen);
        assertThrows(UnsupportedOperationException.class, () -> Interpreter.run(graph(), inputs, (node, _) -> {
            throw new UnsupportedOperationException(node.name());
        }));
    }

    @Test
    void moreThanAnArrayHoldsIsRefused() {
        assertRefused("more elements than a Java array holds", new Operation.Expand(shape(1L << 20, 1L << 20)), floats(shape(1, 1), 1));
    }

    /// 40 values of 64 MiB, one of them used by nothing, do not fit into the tests' heap of 2 GiB at once.
    @Test
    void valuesAreLetGoAfterTheirLastUse() {
        GraphBuilder builder = new GraphBuilder();
        Value value = builder.input("x", floats32(Dimension.ONE)).expand(Dimension.of(1 << 24));
        for (int i = 0; i < 20; i++) {
            value.absolute();
            value = value.add(1f);
        }
        builder.output("y", value.slice(0, 0, 1));
        assertFloats(output(Interpreter.run(builder.build(), Map.of("x", floats(shape(1), 2))), "y"), shape(1), 22);
    }
}
