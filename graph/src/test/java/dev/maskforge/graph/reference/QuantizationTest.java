package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DequantizeLinear;
import dev.maskforge.graph.Operation.QuantizeLinear;
import dev.maskforge.graph.Tensor;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class QuantizationTest {
    private static final Operation QUANTIZE = new QuantizeLinear(1);

    private static Tensor scalar(double value) {
        return floats(shape(), value);
    }

    private static Tensor unsigned(int value) {
        return Tensor.ofBytes(shape(), new byte[]{(byte) value});
    }

    private static Tensor signed(long[] shape, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Tensor.ofSignedBytes(shape(shape), bytes);
    }

    private static byte[] bytes(int... values) {
        return signed(new long[]{values.length}, values).toBytes();
    }

    @Test
    void halvesGoToTheEvenInteger() {
        Tensor x = floats(shape(7), -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.4999);
        assertArrayEquals(bytes(98, 100, 100, 102, 102, 104, 104), evaluate(QUANTIZE, x, scalar(1), unsigned(100)).toBytes());
    }

    @Test
    void whatIsBeyondTheEndsBecomesTheEnd() {
        Tensor x = floats(shape(6), -1e30, -1, 0, 300, 1e30, Double.NaN);
        assertArrayEquals(bytes(0, 0, 0, 255, 255, 0), evaluate(QUANTIZE, x, scalar(1)).toBytes());
        assertArrayEquals(bytes(-128, -1, 0, 127, 127, -128), evaluate(QUANTIZE, x, scalar(1), signed(new long[0], 0)).toBytes());
        Tensor infinite = floats(shape(2), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertArrayEquals(bytes(0, 255), evaluate(QUANTIZE, infinite, scalar(0.1), unsigned(128)).toBytes());
    }

    @Test
    void withoutAZeroPointTheTypeIsUint8() {
        assertEquals(DataType.UINT8, evaluate(QUANTIZE, floats(shape(1), 3), scalar(1)).dataType());
        assertEquals(DataType.INT8, evaluate(QUANTIZE, floats(shape(1), 3), scalar(1), signed(new long[0], 0)).dataType());
    }

    @Test
    void eachIndexAlongTheAxisHasAScale() {
        Tensor x = floats(shape(2, 3, 1), 1, 1, 1, -2, -2, -2);
        Tensor scales = floats(shape(3), 1, 0.5, 0.1);
        Tensor zeros = signed(new long[]{3}, 0, 1, -5);
        Tensor integers = evaluate(QUANTIZE, x, scales, zeros);
        assertArrayEquals(bytes(1, 3, 5, -2, -3, -25), integers.toBytes());
        assertFloats(evaluate(new DequantizeLinear(-2), integers, scales, zeros), shape(2, 3, 1), 1, 1, 1, -2, -2, -2);
    }

    @Test
    void aVectorOfOneScaleIsForAll() {
        Tensor x = floats(shape(2, 2), 1, 2, 3, 4);
        assertArrayEquals(bytes(2, 4, 6, 8), evaluate(QUANTIZE, x, floats(shape(1), 0.5)).toBytes());
    }

    @Test
    void integersOf32BitsComeBack() {
        Tensor x = Tensor.ofIntegers(shape(3), Integer.MIN_VALUE, -7, 16_777_217);
        assertFloats(evaluate(new DequantizeLinear(0), x, scalar(0.5)), shape(3), -1073741824, -3.5, 8388608);
    }

    @Test
    void emptyTensorsStayEmpty() {
        assertEquals(0, evaluate(QUANTIZE, floats(shape(0, 3)), scalar(1)).elementCount());
        assertEquals(0, evaluate(QUANTIZE, floats(shape(2, 0)), floats(shape(0))).elementCount());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor x = floats(shape(2, 3), 1, 2, 3, 4, 5, 6);
        assertRefused("input 0 is", QUANTIZE, unsigned(3), scalar(1));
        assertRefused("input 1 is", QUANTIZE, x, unsigned(1));
        assertRefused("quantises to uint8 or int8, not int64", QUANTIZE, x, scalar(1), Tensor.of(shape(), 0L));
        assertRefused("the axis and its scales differ", QUANTIZE, x, floats(shape(2), 1, 1));
        assertRefused("the shapes of scale and zero point differ", QUANTIZE, x, scalar(1), signed(new long[]{3}, 0, 0, 0));
        assertRefused("a scale for all or a vector", QUANTIZE, x, floats(shape(1, 3), 1, 1, 1));
        assertRefused("has no axis 5", new QuantizeLinear(5), x, floats(shape(3), 1, 1, 1));
        assertRefused("takes 2 to 3 inputs", QUANTIZE, x);
        assertRefused("takes uint8, int8 or int32", new DequantizeLinear(1), x, scalar(1));
        assertRefused("input 2 is", new DequantizeLinear(1), signed(new long[]{1}, 1), scalar(1), unsigned(1));
    }
}
