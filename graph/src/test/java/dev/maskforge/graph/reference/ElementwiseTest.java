package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Cast;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Operation.Where;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertBooleans;
import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertLongs;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class ElementwiseTest {
    private static void assertUnary(UnaryFunction function, double x, double expected) {
        assertFloats(evaluate(new Unary(function), floats(shape(1), x)), shape(1), expected);
    }

    @Test
    void unaryFunctions() {
        assertUnary(UnaryFunction.ABS, -1.5, 1.5);
        assertUnary(UnaryFunction.COS, 1, 0.5403023);
        assertUnary(UnaryFunction.SIN, 1, 0.8414710);
        assertUnary(UnaryFunction.EXP, -1, 0.3678794);
        assertUnary(UnaryFunction.FLOOR, -0.5, -1);
        assertUnary(UnaryFunction.RELU, -2, 0);
        assertUnary(UnaryFunction.RELU, 2, 2);
        assertUnary(UnaryFunction.RELU, Double.NaN, Double.NaN);
        assertUnary(UnaryFunction.SIGMOID, 2, 0.8807971);
        assertUnary(UnaryFunction.SIGMOID, -200, 0);
        assertUnary(UnaryFunction.SQRT, 2, 1.4142136);
        assertBooleans(evaluate(new Unary(UnaryFunction.NOT), Tensor.of(shape(2), true, false)), shape(2), false, true);
    }

    /// Values of Abramowitz and Stegun, table 7.1.
    @Test
    void errorFunction() {
        assertUnary(UnaryFunction.ERF, 0, 0);
        assertUnary(UnaryFunction.ERF, 0.5, 0.5204998778);
        assertUnary(UnaryFunction.ERF, -1, -0.8427007929);
        assertUnary(UnaryFunction.ERF, 2, 0.9953222650);
        assertUnary(UnaryFunction.ERF, 1e-20, 1.1283792e-20);
        assertUnary(UnaryFunction.ERF, -7, -1);
        assertUnary(UnaryFunction.ERF, Double.POSITIVE_INFINITY, 1);
        assertUnary(UnaryFunction.ERF, Double.NaN, Double.NaN);
    }

    private static void assertBinary(BinaryFunction function, double expected) {
        assertFloats(evaluate(new Binary(function), floats(shape(1), 3), floats(shape(), 2)), shape(1), expected);
    }

    @Test
    void binaryFunctionsOfFloats() {
        assertBinary(BinaryFunction.ADD, 5);
        assertBinary(BinaryFunction.SUBTRACT, 1);
        assertBinary(BinaryFunction.MULTIPLY, 6);
        assertBinary(BinaryFunction.DIVIDE, 1.5);
        assertBinary(BinaryFunction.POWER, 9);
        assertBinary(BinaryFunction.MINIMUM, 2);
        assertBinary(BinaryFunction.MAXIMUM, 3);
    }

    @Test
    void notANumberWinsOverNumbersAndComparesWithNothing() {
        Tensor nan = floats(shape(1), Double.NaN);
        Tensor one = floats(shape(1), 1);
        assertFloats(evaluate(new Binary(BinaryFunction.MAXIMUM), nan, one), shape(1), Double.NaN);
        assertFloats(evaluate(new Binary(BinaryFunction.MINIMUM), one, nan), shape(1), Double.NaN);
        assertBooleans(evaluate(new Binary(BinaryFunction.GREATER_OR_EQUAL), nan, one), shape(1), false);
        assertBooleans(evaluate(new Binary(BinaryFunction.LESS), nan, one), shape(1), false);
        assertBooleans(evaluate(new Binary(BinaryFunction.EQUAL), nan, nan), shape(1), false);
    }

    @Test
    void bothOperandsAreBroadcast() {
        Tensor column = floats(shape(2, 1), 10, 20);
        Tensor row = floats(shape(1, 3), 1, 2, 3);
        assertFloats(evaluate(new Binary(BinaryFunction.SUBTRACT), column, row), shape(2, 3), 9, 8, 7, 19, 18, 17);
        Tensor cube = floats(shape(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor middle = floats(shape(2, 1), 100, 200);
        assertFloats(evaluate(new Binary(BinaryFunction.ADD), cube, middle), shape(2, 2, 2), 101, 102, 203, 204, 105, 106, 207, 208);
        Tensor outer = floats(shape(2, 1, 1), 1, 2);
        assertFloats(evaluate(new Binary(BinaryFunction.MULTIPLY), outer, cube), shape(2, 2, 2), 1, 2, 3, 4, 10, 12, 14, 16);
        assertFloats(evaluate(new Binary(BinaryFunction.ADD), floats(shape(0, 2)), floats(shape(2), 1, 2)), shape(0, 2));
    }

    @Test
    void integersDivideTowardsZero() {
        Tensor a = Tensor.of(shape(2), -7L, 7L);
        Tensor b = Tensor.of(shape(1), 2L);
        assertLongs(evaluate(new Binary(BinaryFunction.DIVIDE), a, b), shape(2), -3, 3);
        assertLongs(evaluate(new Binary(BinaryFunction.POWER), a, b), shape(2), 49, 49);
        assertLongs(evaluate(new Binary(BinaryFunction.MAXIMUM), a, b), shape(2), 2, 7);
        assertBooleans(evaluate(new Binary(BinaryFunction.LESS), a, b), shape(2), true, false);
        assertRefused("by zero", new Binary(BinaryFunction.DIVIDE), a, Tensor.of(shape(1), 0L));
        Tensor narrow = evaluate(new Binary(BinaryFunction.ADD), evaluate(new Cast(DataType.INT32), a),
                evaluate(new Cast(DataType.INT32), b));
        assertEquals(DataType.INT32, narrow.dataType());
        assertLongs(evaluate(new Cast(DataType.INT64), narrow), shape(2), -5, 9);
    }

    /// 1 / 3 and 2 / 3 are other numbers in float32.
    @Test
    void doublePrecisionStaysDoublePrecision() {
        Tensor a = evaluate(new Cast(DataType.FLOAT64), floats(shape(2, 1), 1, 2));
        Tensor b = evaluate(new Cast(DataType.FLOAT64), floats(shape(2), 3, 1));
        Tensor quotients = evaluate(new Binary(BinaryFunction.DIVIDE), a, b);
        assertEquals(new TensorType(DataType.FLOAT64, shape(2, 2)), quotients.type());
        double[] elements = quotients.memory().toArray(Tensor.FLOAT64.withByteAlignment(1));
        assertArrayEquals(new double[]{1 / 3.0, 1, 2 / 3.0, 2}, elements);
        assertRefused("POWER", new Binary(BinaryFunction.POWER), a, b);
    }

    @Test
    void truthTables() {
        Tensor a = Tensor.of(shape(2, 1), true, false);
        Tensor b = Tensor.of(shape(2), true, false);
        assertBooleans(evaluate(new Binary(BinaryFunction.AND), a, b), shape(2, 2), true, false, false, false);
        assertBooleans(evaluate(new Binary(BinaryFunction.OR), a, b), shape(2, 2), true, true, true, false);
        assertBooleans(evaluate(new Binary(BinaryFunction.EQUAL), a, b), shape(2, 2), true, false, false, true);
        assertRefused("ADD does not take bool", new Binary(BinaryFunction.ADD), a, b);
        assertRefused("AND does not take float32", new Binary(BinaryFunction.AND), floats(shape(1), 1), floats(shape(1), 1));
    }

    @Test
    void whereBroadcastsAllThree() {
        Tensor condition = Tensor.of(shape(2, 1), true, false);
        assertFloats(evaluate(new Where(), condition, floats(shape(), 9), floats(shape(3), 1, 2, 3)), shape(2, 3), 9, 9, 9, 1, 2, 3);
        assertLongs(evaluate(new Where(), condition, Tensor.of(shape(1), 4L), Tensor.of(shape(1), 5L)), shape(2, 1), 4, 5);
        assertBooleans(evaluate(new Where(), condition, condition, Tensor.of(shape(1), true)), shape(2, 1), true, true);
    }

    @Test
    void castsFromFloatsCutOff() {
        Tensor x = floats(shape(4), 1.9, -1.9, 300, Double.NaN);
        assertLongs(evaluate(new Cast(DataType.INT64), x), shape(4), 1, -1, 300, 0);
        assertArrayEquals(new byte[]{1, -1, 44, 0}, evaluate(new Cast(DataType.UINT8), x).toBytes());
        assertBooleans(evaluate(new Cast(DataType.BOOL), floats(shape(3), 0, 0.1, Double.NaN)), shape(3), false, true, true);
        assertFloats(evaluate(new Cast(DataType.FLOAT32), Tensor.of(shape(2), true, false)), shape(2), 1, 0);
        assertFloats(evaluate(new Cast(DataType.FLOAT32), Tensor.ofBytes(shape(1), new byte[]{(byte) 200})), shape(1), 200);
        assertFloats(evaluate(new Cast(DataType.FLOAT32), Tensor.of(shape(1), (1L << 24) + 1)), shape(1), 1 << 24);
    }

    /// 1 + 2⁻⁸ lies between two bfloat16 numbers, and 1 is the even one; 1 + 3·2⁻⁸ goes up to 1 + 2⁻⁶. Around 1e10 they
    /// are 2²⁶ apart.
    @Test
    void castsToHalfPrecisionRoundToEven() {
        Tensor x = floats(shape(4), 1 + 1.0 / 256, 1 + 3.0 / 256, 1e10, Double.NaN);
        for (DataType half : List.of(DataType.FLOAT16, DataType.BFLOAT16)) {
            assertEquals(half, evaluate(new Cast(half), x).dataType());
        }
        assertFloats(evaluate(new Cast(DataType.FLOAT32), evaluate(new Cast(DataType.BFLOAT16), x)), shape(4), 1, 1 + 1.0 / 64,
                149.0 * (1 << 26),
                Double.NaN);
        assertFloats(evaluate(new Cast(DataType.FLOAT32), evaluate(new Cast(DataType.FLOAT16), x)), shape(4), 1 + 1.0 / 256, 1 + 3.0 / 256,
                Double.POSITIVE_INFINITY, Double.NaN);
    }

    @Test
    void elementsAreReadAtAnyAlignment() {
        byte[] bytes = new byte[9];
        MemorySegment memory = MemorySegment.ofArray(bytes).asSlice(1, 8);
        memory.set(Tensor.FLOAT32, 0, 1.5f);
        memory.set(Tensor.FLOAT32, 4, -2.5f);
        Tensor x = new Tensor(new TensorType(DataType.FLOAT32, Shape.of(2)), memory);
        assertFloats(evaluate(new Unary(UnaryFunction.ABS), x), shape(2), 1.5, 2.5);
    }
}
