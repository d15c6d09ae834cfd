package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ExpandQuantizationTest {
    private static final Shape SCALAR = Shape.of(new long[0]);

    /// `result` of `x`, float32 `[2, 3, size / 6]`.
    private static Graph graph(int size, Function<Value, Value> operation) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(2, 3, size / 6)));
        builder.output("result", builder.within("layer", () -> operation.apply(x)));
        return builder.build();
    }

    private static Graph expanded(Graph graph) {
        return Verifier.verify(new ExpandQuantization().apply(graph).graph());
    }

    private static float[] run(Graph graph, float[] x) {
        Tensor tensor = Tensor.of(Shape.of(2, 3, x.length / 6), x);
        return Objects.requireNonNull(Interpreter.run(graph, Map.of("x", tensor)).get("result")).toFloats();
    }

    private static boolean hasQuantization(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.QuantizeLinear
                || node.operation() instanceof Operation.DequantizeLinear);
    }

    private static void assertTheSame(Graph graph, float[] x) {
        Graph expanded = expanded(graph);
        assertTrue(hasQuantization(graph));
        assertTrue(!hasQuantization(expanded), expanded.nodes().toString());
        assertArrayEquals(run(graph, x), run(expanded, x));
    }

    /// Halves and their neighbours, what lies beyond the ends, what is no number, and random numbers.
    private static float[] numbers() {
        float[] numbers = new float[6 * 600];
        int count = 0;
        for (int whole = -300; whole <= 300; whole++) {
            float half = whole + 0.5f;
            for (float number : new float[]{half, Math.nextUp(half), Math.nextDown(half), whole}) {
                numbers[count++] = number;
            }
        }
        for (float number : new float[]{-0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-9f, -1e-9f, 8_388_607.5f, -8_388_607.5f, 1e30f, -1e30f,
                Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
            numbers[count++] = number;
        }
        Random random = new Random(5);
        while (count < numbers.length) {
            numbers[count++] = (float) random.nextGaussian() * 2;
        }
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(floats = {1f, 0.5f, 0.3f, 0.01f})
    void quantisedNumbersAreTheSame(float scale) {
        float[] x = numbers();
        Tensor unsigned = Tensor.ofBytes(SCALAR, new byte[]{(byte) 200});
        Tensor signed = Tensor.ofSignedBytes(Shape.of(1), new byte[]{-100});
        Tensor each = Tensor.ofSignedBytes(Shape.of(3), new byte[]{-128, 0, 127});
        Tensor scales = Tensor.of(Shape.of(3), scale, scale * 3, scale / 7);
        assertTheSame(graph(x.length, v -> quantize(v, v.builder().constant(scale))), x);
        assertTheSame(graph(x.length, v -> quantize(v, v.builder().constant(scale), v.builder().initializer("zero", unsigned))), x);
        assertTheSame(graph(x.length, v -> quantize(v, v.builder().initializer("scale", Tensor.of(Shape.of(1), scale)),
                v.builder().initializer("zero", signed))), x);
        assertTheSame(graph(x.length, v -> quantize(v, v.builder().initializer("scale", scales), v.builder().initializer("zero", each))),
                x);
    }

    private static Value quantize(Value... inputs) {
        return inputs[0].builder().add(new Operation.QuantizeLinear(-2), inputs).cast(DataType.FLOAT32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UINT8", "INT8", "INT32"})
    void restoredNumbersAreTheSame(DataType type) {
        float[] x = new float[6 * 50];
        Random random = new Random(6);
        for (int i = 0; i < x.length; i++) {
            x[i] = type == DataType.INT32 ? random.nextInt() / 2 : random.nextInt(type == DataType.UINT8 ? 0 : -128, 128);
        }
        Tensor scales = Tensor.of(Shape.of(3), 0.1f, 0.37f, 2f);
        Tensor zeros = switch (type) {
            case UINT8 -> Tensor.ofBytes(Shape.of(3), new byte[]{0, (byte) 200, 3});
            case INT8 -> Tensor.ofSignedBytes(Shape.of(3), new byte[]{-128, 127, 0});
            default -> Tensor.ofIntegers(Shape.of(3), new int[]{0, 1 << 30, -(1 << 30)});
        };
        assertTheSame(graph(x.length, v -> v.builder().add(new Operation.DequantizeLinear(1), v.cast(type),
                v.builder().initializer("scale", scales), v.builder().initializer("zero", zeros))), x);
        assertTheSame(graph(x.length, v -> v.builder().add(new Operation.DequantizeLinear(1), v.cast(type), v.builder().constant(0.3f))),
                x);
    }

    @Test
    void weightsBecomeConstants() {
        Tensor weights = Tensor.ofBytes(Shape.of(3, 1), new byte[]{1, 2, (byte) 250});
        Graph graph = graph(30, x -> x.add(x.builder().add(new Operation.DequantizeLinear(0), x.builder().initializer("w", weights),
                x.builder().initializer("scale", Tensor.of(Shape.of(3), 1f, 2f, 3f)))));
        assertEquals(List.of("Binary"), expanded(graph).nodes().stream().map(node -> node.operation().getClass().getSimpleName()).toList());
        assertTheSame(graph, new float[30]);
    }

    /// A product of symmetric int8 as TensorRT computes it, and the same with something that keeps it from that.
    private static Graph product(Function<Value, Value> afterwards, byte zeroPoint) {
        return graph(18, x -> {
            GraphBuilder b = x.builder();
            Value zero = b.initializer("zero", Tensor.ofSignedBytes(SCALAR, new byte[]{zeroPoint}));
            Value zeros = b.initializer("zeros", Tensor.ofSignedBytes(Shape.of(3), new byte[3]));
            Value integers = b.add(new Operation.QuantizeLinear(1), x, b.constant(0.1f), zero);
            Value restored = b.add(new Operation.DequantizeLinear(1), integers, b.constant(0.1f), zero);
            Value weight = b.add(new Operation.DequantizeLinear(1),
                    b.initializer("w", Tensor.ofSignedBytes(Shape.of(3, 3), new byte[]{1, 2, 3, 4, 5, 6, 7, 8, 9})),
                    b.initializer("scale", Tensor.of(Shape.of(3), 1f, 2f, 3f)), zeros);
            return restored.matMul(weight).add(afterwards.apply(integers));
        });
    }

    @Test
    void whatTensorRtHasStaysWhole() {
        Graph symmetric = product(integers -> integers.builder().constant(1f), (byte) 0);
        assertEquals(symmetric, expanded(symmetric));
        float[] x = {-20f, -0.5f, 0.05f, 0.15f, 0.25f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 30};
        assertTheSame(product(integers -> integers.cast(DataType.FLOAT32), (byte) 0), x);
        assertTheSame(product(integers -> integers.builder().constant(1f), (byte) 1), x);
    }
}
