package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;
import java.util.function.ToLongFunction;

/// Element types that the kernels take, and what they are called in CUDA C++.
public final class ValueTypes {
    private static final int LONGEST_LOAD_BYTES = 16;

    private ValueTypes() {
    }

    /// What a type is called.
    ///
    /// @param what consists of it, for a refusal
    /// @throws EngineException if kernels do not take such elements
    public static String name(DataType type, String what) {
        return switch (type) {
            case FLOAT32 -> "float";
            case FLOAT16 -> "half_t";
            case BFLOAT16, FLOAT64, INT64, INT32, UINT8, INT8, BOOL ->
                throw new EngineException("the kernels take " + what + " of float32 or float16, not " + type);
        };
    }

    /// How many neighbouring elements one load may take: a power of two that divides all of the counts.
    public static int vector(DataType type, int... counts) {
        int vector = LONGEST_LOAD_BYTES / type.bytes();
        for (int count : counts) {
            vector = Math.min(vector, Integer.lowestOneBit(count));
        }
        return vector;
    }

    /// Where a graph's value lies.
    ///
    /// @throws IllegalArgumentException as [#requireAligned(long, int, String)]
    public static long aligned(ToLongFunction<String> addresses, String value, int bytes) {
        long address = addresses.applyAsLong(value);
        requireAligned(address, bytes, "'" + value + "'");
        return address;
    }

    /// Refuses an address that a kernel cannot use.
    ///
    /// @param what lies there, for the refusal
    /// @throws IllegalArgumentException if an address is null or no multiple of the bytes that are loaded from it at once
    public static void requireAligned(long address, int bytes, String what) {
        if (address == 0 || address % bytes != 0) {
            throw new IllegalArgumentException(
                    what + " must lie at a multiple of " + bytes + " bytes, not at 0x" + Long.toHexString(address));
        }
    }
}
