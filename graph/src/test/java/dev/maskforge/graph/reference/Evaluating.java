package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Short words for tests of single operations.
final class Evaluating {
    /// Expected values are written with seven digits.
    private static final double RELATIVE = 2e-7;

    private Evaluating() {
    }

    static Tensor floats(Shape shape, double... elements) {
        float[] rounded = new float[elements.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) elements[i];
        }
        return Tensor.of(shape, rounded);
    }

    static Shape shape(long... sizes) {
        return Shape.of(sizes);
    }

    static Tensor evaluate(Operation operation, Tensor... inputs) {
        return Interpreter.evaluate(operation, List.of(inputs));
    }

    static void assertFloats(Tensor actual, Shape shape, double... expected) {
        assertEquals(shape, actual.shape());
        float[] elements = actual.toFloats();
        assertEquals(expected.length, elements.length);
        for (int i = 0; i < expected.length; i++) {
            if (Double.isNaN(expected[i]) || Double.isInfinite(expected[i])) {
                assertEquals(expected[i], elements[i], "element " + i);
                continue;
            }
            assertEquals(expected[i], elements[i], RELATIVE * Math.max(1, Math.abs(expected[i])), "element " + i);
        }
    }

    static void assertLongs(Tensor actual, Shape shape, long... expected) {
        assertEquals(shape, actual.shape());
        assertArrayEquals(expected, actual.toLongs());
    }

    static void assertBooleans(Tensor actual, Shape shape, boolean... expected) {
        assertEquals(Tensor.of(shape, expected).type(), actual.type());
        assertArrayEquals(Tensor.of(shape, expected).toBytes(), actual.toBytes());
    }

    static void assertRefused(String part, Operation operation, Tensor... inputs) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> evaluate(operation, inputs)).getMessage());
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
    }
}
