package dev.maskforge.checkpoint;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The element types of safetensors that can be used. Those integers that graphs have no type for become wider ones, which
/// hold them exactly.
enum SafetensorsType {
    F64(DataType.FLOAT64), F32(DataType.FLOAT32), F16(DataType.FLOAT16), BF16(DataType.BFLOAT16), I64(DataType.INT64), I32(DataType.INT32),
    U8(DataType.UINT8), BOOL(DataType.BOOL), I16(2, DataType.INT32), U16(2, DataType.INT32), I8(1, DataType.INT32), U32(4, DataType.INT64);

    private final int bytes;
    private final DataType dataType;

    SafetensorsType(DataType dataType) {
        this(dataType.bytes(), dataType);
    }

    SafetensorsType(int bytes, DataType dataType) {
        this.bytes = bytes;
        this.dataType = dataType;
    }

    /// The type with this name in a file's header.
    static Optional<SafetensorsType> named(String name) {
        for (SafetensorsType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /// The size of one element in the file.
    int bytes() {
        return bytes;
    }

    /// What its elements are read as.
    DataType dataType() {
        return dataType;
    }

    /// Whether elements have to be made wider, else they can be used where they lie.
    boolean isWidened() {
        return bytes != dataType.bytes();
    }

    /// Writes `count` elements of the file as elements of [#dataType()].
    void widen(MemorySegment from, MemorySegment to, long count) {
        for (long i = 0; i < count; i++) {
            switch (this) {
                case I16 -> to.set(Tensor.INT32, 4 * i, from.get(Tensor.INT16, 2 * i));
                case U16 -> to.set(Tensor.INT32, 4 * i, Short.toUnsignedInt(from.get(Tensor.INT16, 2 * i)));
                case I8 -> to.set(Tensor.INT32, 4 * i, from.get(ValueLayout.JAVA_BYTE, i));
                case U32 -> to.set(Tensor.INT64, 8 * i, Integer.toUnsignedLong(from.get(Tensor.INT32, 4 * i)));
                case F64, F32, F16, BF16, I64, I32, U8, BOOL -> throw new AssertionError(this);
            }
        }
    }
}
