package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Conversions between element types.
///
/// To a floating-point type: rounded to nearest even (float64 to a half type by way of float32). From a floating-point
/// type to an integer: cut off at the point; beyond int64's ends the nearest end, and narrower integers keep the low bits.
/// To bool: whether it is not zero, so NaN is true.
final class Casts {
    private Casts() {
    }

    static Tensor cast(Tensor x, DataType to) {
        if (x.dataType() == to) {
            return x;
        }
        Tensor result = Elements.zeros(to, x.shape());
        int count = Elements.count(x.shape());
        MemorySegment source = x.memory();
        MemorySegment target = result.memory();
        for (int i = 0; i < count; i++) {
            if (x.dataType().isFloatingPoint()) {
                put(target, to, i, floatingPoint(source, x.dataType(), i));
            } else {
                put(target, to, i, integer(source, x.dataType(), i));
            }
        }
        return result;
    }

    private static double floatingPoint(MemorySegment source, DataType type, long i) {
        return switch (type) {
            case FLOAT32 -> source.get(Tensor.FLOAT32, 4 * i);
            case FLOAT64 -> source.get(Tensor.FLOAT64, 8 * i);
            case FLOAT16 -> Float.float16ToFloat(source.get(Tensor.INT16, 2 * i));
            case BFLOAT16 -> Float.intBitsToFloat(source.get(Tensor.INT16, 2 * i) << 16);
            case INT64, INT32, UINT8, INT8, BOOL -> throw new AssertionError(type);
        };
    }

    private static long integer(MemorySegment source, DataType type, long i) {
        return switch (type) {
            case INT64 -> source.get(Tensor.INT64, 8 * i);
            case INT32 -> source.get(Tensor.INT32, 4 * i);
            case UINT8 -> Byte.toUnsignedLong(source.get(ValueLayout.JAVA_BYTE, i));
            case INT8 -> source.get(ValueLayout.JAVA_BYTE, i);
            case BOOL -> source.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> throw new AssertionError(type);
        };
    }

    private static void put(MemorySegment target, DataType type, long i, double value) {
        switch (type) {
            case FLOAT64 -> target.set(Tensor.FLOAT64, 8 * i, value);
            case FLOAT32, FLOAT16, BFLOAT16 -> put(target, type, i, (float) value);
            case INT64, INT32, UINT8, INT8 -> put(target, type, i, (long) value);
            case BOOL -> target.set(ValueLayout.JAVA_BYTE, i, (byte) (value == 0 ? 0 : 1));
        }
    }

    private static void put(MemorySegment target, DataType type, long i, float value) {
        switch (type) {
            case FLOAT32 -> target.set(Tensor.FLOAT32, 4 * i, value);
            case FLOAT16 -> target.set(Tensor.INT16, 2 * i, Float.floatToFloat16(value));
            case BFLOAT16 -> target.set(Tensor.INT16, 2 * i, bfloat16(value));
            case FLOAT64, INT64, INT32, UINT8, INT8, BOOL -> throw new AssertionError(type);
        }
    }

    private static void put(MemorySegment target, DataType type, long i, long value) {
        switch (type) {
            case INT64 -> target.set(Tensor.INT64, 8 * i, value);
            case INT32 -> target.set(Tensor.INT32, 4 * i, (int) value);
            case UINT8, INT8 -> target.set(ValueLayout.JAVA_BYTE, i, (byte) value);
            case BOOL -> target.set(ValueLayout.JAVA_BYTE, i, (byte) (value == 0 ? 0 : 1));
            case FLOAT64 -> target.set(Tensor.FLOAT64, 8 * i, (double) value);
            case FLOAT32, FLOAT16, BFLOAT16 -> put(target, type, i, (float) value);
        }
    }

    /// The upper half of a float32, rounded to nearest even; NaN stays one.
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
