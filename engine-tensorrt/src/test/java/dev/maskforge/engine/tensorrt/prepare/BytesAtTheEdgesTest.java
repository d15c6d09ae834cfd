package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
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
import dev.maskforge.passes.RemoveUnused;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BytesAtTheEdgesTest {
    private static final Operation.Pixels PIXELS = new Operation.Pixels(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f));

    private static Graph graph(Function<Value, Value> operation) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(1, 4, 5, 3)));
        builder.input("bytes", new TensorType(DataType.UINT8, Shape.of(1, 4, 5, 3)));
        builder.output("result", builder.within("layer", () -> operation.apply(x)));
        return builder.build();
    }

    private static Value bytes(Value x) {
        return x.builder().value("bytes");
    }

    private static Value valid(Value x) {
        return x.builder().initializer("valid", Tensor.ofIntegers(Shape.of(1, 2), new int[]{3, 4}));
    }

    private static Map<String, Tensor> inputs() {
        float[] x = new float[60];
        byte[] bytes = new byte[60];
        for (int i = 0; i < x.length; i++) {
            x[i] = 4.3f * i;
            bytes[i] = (byte) (255 - i);
        }
        return Map.of("x", Tensor.of(Shape.of(1, 4, 5, 3), x), "bytes", Tensor.ofBytes(Shape.of(1, 4, 5, 3), bytes));
    }

    private static float[] run(Graph graph) {
        Tensor result = Objects.requireNonNull(Interpreter.run(graph, inputs()).get("result"));
        return Interpreter.evaluate(new Operation.Cast(DataType.FLOAT32), List.of(result)).toFloats();
    }

    private static Graph changed(Graph graph) {
        Graph changed = new RemoveUnused().apply(new BytesAtTheEdges(Set.of(Operation.Pixels.class)).apply(graph).graph()).graph();
        return Verifier.verify(changed);
    }

    /// What TensorRT has: bytes come from outside or from a kernel and become floating-point, or become bytes of that and go out or
    /// into a kernel.
    private static void assertAtTheEdges(Graph graph) {
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(node -> producers.put(node.output(), node));
        for (Node node : graph.nodes()) {
            if (node.operation() instanceof Operation.Pixels) {
                continue;
            }
            for (String input : node.inputs()) {
                if (graph.type(input).dataType() == DataType.UINT8) {
                    assertFalse(producers.containsKey(input), node.toString());
                    assertTrue(graph.type(node.output()).dataType().isFloatingPoint(), node.toString());
                }
            }
            if (graph.type(node.output()).dataType() == DataType.UINT8) {
                assertTrue(graph.type(node.inputs().getFirst()).dataType().isFloatingPoint(), node.toString());
                assertTrue(node.operation() instanceof Operation.Cast, node.toString());
            }
        }
        assertTrue(graph.initializers().values().stream().noneMatch(constant -> constant.dataType() == DataType.UINT8));
    }

    private static void assertTheSame(Function<Value, Value> operation) {
        Graph graph = graph(operation);
        Graph changed = changed(graph);
        assertEquals(graph.type("result"), changed.type("result"));
        assertAtTheEdges(changed);
        assertArrayEquals(run(graph), run(changed));
    }

    @Test
    void bytesWithinAreInt32() {
        assertTheSame(x -> x.cast(DataType.UINT8).cast(DataType.FLOAT32));
        assertTheSame(x -> x.cast(DataType.UINT8).transpose(0, 3, 1, 2).slice(1, 0, 2).cast(DataType.FLOAT32));
        assertTheSame(x -> x.cast(DataType.UINT8).transpose(0, 3, 1, 2));
        assertTheSame(x -> bytes(x).transpose(0, 3, 1, 2));
        assertTheSame(x -> Value.concat(1, List.of(bytes(x), x.cast(DataType.UINT8))));
        assertTheSame(x -> bytes(x).cast(DataType.INT64));
        assertTheSame(x -> Value.concat(3,
                List.of(bytes(x), x.builder().initializer("more", Tensor.ofBytes(Shape.of(1, 4, 5, 1), new byte[20])))));
        assertTheSame(x -> x.argMax(3).cast(DataType.UINT8));
        assertTheSame(x -> x.argMax(3).cast(DataType.UINT8).reshape(Shape.of(20)).cast(DataType.FLOAT32));
    }

    /// Larger and negative numbers keep their lowest bits.
    @ParameterizedTest
    @CsvSource({"INT64, 7, -500", "INT32, 7, -500", "INT32, 8000000, -1000000000", "INT8, 1, -128"})
    void theLowestBitsOfIntegersStay(DataType type, float factor, float offset) {
        assertTheSame(x -> x.multiply(factor).add(offset).cast(type).cast(DataType.UINT8).cast(DataType.INT32));
        assertTheSame(x -> x.multiply(factor).add(offset).cast(type).cast(DataType.UINT8));
    }

    @Test
    void kernelsTakeAndGiveBytes() {
        assertTheSame(x -> x.builder().add(PIXELS, x.cast(DataType.UINT8), valid(x)));
        assertTheSame(x -> {
            Value bytes = x.cast(DataType.UINT8);
            return x.builder().add(PIXELS, bytes, valid(x)).transpose(0, 2, 3, 1).add(bytes.cast(DataType.FLOAT32));
        });
        assertTheSame(x -> x.builder().add(PIXELS, bytes(x).slice(1, 0, 3), valid(x)));
    }

    @Test
    void whatIsAtTheEdgesStays() {
        for (Function<Value, Value> operation : List.<Function<Value, Value>>of(x -> x.cast(DataType.UINT8), x -> x.cast(DataType.INT8),
                x -> bytes(x).cast(DataType.FLOAT16).cast(DataType.FLOAT32), x -> x.builder().add(PIXELS, bytes(x), valid(x)))) {
            Graph graph = graph(operation);
            assertEquals(graph, changed(graph));
        }
    }

    @Test
    void whatWrapsRoundIsRefusedInOneLine() {
        Graph graph = graph(x -> bytes(x).add(bytes(x)));
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> changed(graph)).getMessage());
        assertEquals("node 'layer/Add' computes ADD of uint8, which wraps round at 256 and TensorRT does not have; cast its inputs to "
                + "int32", message);
    }
}
