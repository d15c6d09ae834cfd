package dev.maskforge.checkpoint;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// Widening is exact, so every comparison here is.
class ConversionsTest {
    @Test
    void float32StaysWhereItIs() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor tensor = Tensor.of(Shape.of(2), 1f, 2f);
            assertSame(tensor, Conversions.toFloat32(tensor, arena));
        }
    }

    @Test
    void everyFloat16IsWidened() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor halves = Tensor.allocate(DataType.FLOAT16, Shape.of(256, 256), arena);
            float[] expected = new float[1 << 16];
            for (int bits = 0; bits < expected.length; bits++) {
                halves.memory().set(Tensor.INT16, 2L * bits, (short) bits);
                int magnitude = bits & 0x7fff;
                float value = magnitude >= 0x7c00 ? magnitude == 0x7c00 ? Float.POSITIVE_INFINITY : Float.NaN
                        : magnitude < 0x400 ? magnitude * 0x1p-24f
                                : Math.scalb(0x400 + (magnitude & 0x3ff), (magnitude >> 10) - 25);
                expected[bits] = (bits & 0x8000) == 0 ? value : -value;
            }
            Tensor floats = Conversions.toFloat32(halves, arena);
            assertEquals("float32[256, 256]", floats.toString());
            assertArrayEquals(expected, floats.toFloats());
        }
    }

    @Test
    void bfloat16IsTheUpperHalf() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor brains = Tensor.allocate(DataType.BFLOAT16, Shape.of(3), arena);
            brains.memory().set(Tensor.INT16, 0, (short) 0x3f80);
            brains.memory().set(Tensor.INT16, 2, (short) 0xc049);
            brains.memory().set(Tensor.INT16, 4, (short) 0x8000);
            assertArrayEquals(new float[]{1f, -3.140625f, -0f}, Conversions.toFloat32(brains, arena).toFloats());
        }
    }

    @Test
    void float64IsRoundedToTheNearest() {
        try (Arena arena = Arena.ofConfined()) {
            double[] values = {0.1, -0.0, 1 + 0x1p-25, 1 + 0x1.8p-24, 1e300, -1e300, 1e-300, Double.NaN};
            Tensor doubles = Tensor.allocate(DataType.FLOAT64, Shape.of(values.length), arena);
            for (int i = 0; i < values.length; i++) {
                doubles.memory().set(Tensor.FLOAT64, 8L * i, values[i]);
            }
            float[] expected = {0.1f, -0f, 1f, 1 + 0x1p-23f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, Float.NaN};
            assertArrayEquals(expected, Conversions.toFloat32(doubles, arena).toFloats());
        }
    }

    @Test
    void integersAreNotWeights() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor integers = Tensor.of(Shape.of(1), 7L);
            assertThrows(IllegalArgumentException.class, () -> Conversions.toFloat32(integers, arena));
        }
    }
}
