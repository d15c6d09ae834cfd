package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// ONNX Runtime's view of our tensors.
final class OnnxTensors {
    private OnnxTensors() {
    }

    /// A view of a tensor in native memory, which must outlive it; nothing is copied.
    static OnnxTensor share(OrtEnvironment environment, Tensor tensor) throws OrtException {
        if (tensor.memory().byteSize() > Integer.MAX_VALUE) {
            throw new EngineException(
                    "ONNX Runtime's Java interface takes tensors of up to 2 GiB, not " + tensor + "; use a smaller picture or batch");
        }
        ByteBuffer buffer = tensor.memory().asByteBuffer().order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(environment, buffer, tensor.shape().sizes(), javaType(tensor.dataType()));
    }

    /// The tensor where native code can read it: weights in a pickle lie at any address, constants of ours on the heap.
    static Tensor inNativeMemory(Tensor tensor, Arena arena) {
        MemorySegment memory = tensor.memory();
        if (memory.isNative() && memory.address() % tensor.dataType().bytes() == 0) {
            return tensor;
        }
        Tensor copy = Tensor.allocate(tensor.dataType(), tensor.shape(), arena);
        copy.memory().copyFrom(memory);
        return copy;
    }

    private static OnnxJavaType javaType(DataType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case BOOL -> OnnxJavaType.BOOL;
        };
    }

    /// Our name of an element type.
    ///
    /// @throws EngineException if we have none
    static DataType dataType(OnnxJavaType type) {
        return switch (type) {
            case FLOAT -> DataType.FLOAT32;
            case DOUBLE -> DataType.FLOAT64;
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64;
            case INT32 -> DataType.INT32;
            case UINT8 -> DataType.UINT8;
            case INT8 -> DataType.INT8;
            case BOOL -> DataType.BOOL;
            case INT16, STRING, UNKNOWN -> throw new EngineException("elements of type " + type + " are not supported");
        };
    }
}
