package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;

/// ONNX's numbers for element types (`TensorProto.DataType`).
final class OnnxTypes {
    private OnnxTypes() {
    }

    static long code(DataType type) {
        return switch (type) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case INT32 -> 6;
            case INT64 -> 7;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case BFLOAT16 -> 16;
        };
    }

    static DataType of(long code) {
        for (DataType type : DataType.values()) {
            if (code(type) == code) {
                return type;
            }
        }
        throw new OnnxException(
                "it has tensors of ONNX's data type number " + code + ", which Maskforge does not have", "cast them to float or int64");
    }
}
