package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.DataType;
import org.jspecify.annotations.Nullable;

/// numpy's `dtype`: made with a code such as `f4`, and given its byte order by a state.
final class NumpyType implements PickleValue {
    private final DataType dataType;
    private @Nullable Boolean bigEndian;

    NumpyType(DataType dataType) {
        this.dataType = dataType;
    }

    /// The type with one of numpy's codes.
    static NumpyType of(long offset, PickleText code) {
        return new NumpyType(switch (code.string()) {
            case "f2" -> DataType.FLOAT16;
            case "f4" -> DataType.FLOAT32;
            case "f8" -> DataType.FLOAT64;
            case "i8" -> DataType.INT64;
            case "i4" -> DataType.INT32;
            case "u1" -> DataType.UINT8;
            case "b1" -> DataType.BOOL;
            case "O", "O4", "O8" -> throw PickleException.forbidden(offset, "an array holds Python objects");
            default -> throw PickleException.unsupported(offset, "an array has elements of numpy's type '" + code.shortened() + "'",
                    "save it as one of f2, f4, f8, i8, i4, u1, b1");
        });
    }

    DataType dataType() {
        return dataType;
    }

    boolean isBigEndian(long offset) {
        if (bigEndian == null) {
            throw PickleException.damaged(offset, "a dtype was not given its byte order");
        }
        return bigEndian;
    }

    void build(long offset, PickleText byteOrder) {
        if (bigEndian != null) {
            throw PickleException.damaged(offset, "a dtype is given its byte order twice");
        }
        boolean hasOrder = dataType.bytes() > 1;
        String order = byteOrder.string();
        if (!(hasOrder ? order.equals("<") || order.equals(">") : order.equals("|"))) {
            throw PickleException.damaged(offset,
                    "a dtype has the byte order '" + byteOrder.shortened() + "', which " + dataType + " cannot have");
        }
        bigEndian = order.equals(">");
    }

    @Override
    public String kind() {
        return "a dtype";
    }
}
