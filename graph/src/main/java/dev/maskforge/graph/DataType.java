package dev.maskforge.graph;

/// The element types that tensors are made of. Multi-byte elements lie in memory in little-endian order.
public enum DataType {
    FLOAT32(4, "float32"), FLOAT16(2, "float16"), BFLOAT16(2, "bfloat16"), FLOAT64(8, "float64"), INT64(8, "int64"), INT32(4, "int32"),
    UINT8(1, "uint8"), INT8(1, "int8"), BOOL(1, "bool");

    private final int bytes;
    private final String text;

    DataType(int bytes, String text) {
        this.bytes = bytes;
        this.text = text;
    }

    /// The size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    public boolean isFloatingPoint() {
        return switch (this) {
            case FLOAT32, FLOAT16, BFLOAT16, FLOAT64 -> true;
            case INT64, INT32, UINT8, INT8, BOOL -> false;
        };
    }

    /// The name that numpy and PyTorch use, such as `float32`.
    @Override
    public String toString() {
        return text;
    }

    /// The type with this [#toString() name].
    ///
    /// @throws IllegalArgumentException if there is none
    public static DataType named(String text) {
        for (DataType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not a data type");
    }
}
