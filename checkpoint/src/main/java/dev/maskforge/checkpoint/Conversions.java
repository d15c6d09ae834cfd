package dev.maskforge.checkpoint;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Changes of element type between what files hold and what models take.
public final class Conversions {
    private Conversions() {
    }

    /// The tensor in float32: itself if it is float32 already, else a copy in memory of the arena. float16 and bfloat16
    /// widen exactly; float64 is rounded to the nearest, and becomes infinite beyond float32's range, as in numpy.
    ///
    /// @throws IllegalArgumentException if the elements are no floating-point numbers
    public static Tensor toFloat32(Tensor tensor, Arena arena) {
        if (tensor.dataType() == DataType.FLOAT32) {
            return tensor;
        }
        if (!tensor.dataType().isFloatingPoint()) {
            throw new IllegalArgumentException("a tensor " + tensor.type() + " does not hold floating-point numbers");
        }
        Tensor converted = Tensor.allocate(DataType.FLOAT32, tensor.shape(), arena);
        MemorySegment from = tensor.memory();
        MemorySegment to = converted.memory();
        long count = tensor.elementCount();
        switch (tensor.dataType()) {
            case FLOAT16 -> {
                for (long i = 0; i < count; i++) {
                    to.set(Tensor.FLOAT32, 4 * i, Float.float16ToFloat(from.get(Tensor.INT16, 2 * i)));
                }
            }
            case BFLOAT16 -> {
                for (long i = 0; i < count; i++) {
                    to.set(Tensor.INT32, 4 * i, from.get(Tensor.INT16, 2 * i) << 16);
                }
            }
            case FLOAT64 -> {
                for (long i = 0; i < count; i++) {
                    to.set(Tensor.FLOAT32, 4 * i, (float) from.get(Tensor.FLOAT64, 8 * i));
                }
            }
            case FLOAT32, INT64, INT32, UINT8, INT8, BOOL -> throw new AssertionError(tensor.dataType());
        }
        return converted;
    }
}
