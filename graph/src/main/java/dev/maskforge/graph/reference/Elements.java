package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Tensors' elements as heap arrays, which plain loops run through fastest. Arrays are shared with the tensor where it has
/// one, so whoever asks for them only reads.
final class Elements {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Elements() {
    }

    static float[] floats(Tensor tensor) {
        require(tensor, DataType.FLOAT32);
        return tensor.memory().heapBase().filter(float[].class::isInstance).map(float[].class::cast)
                .filter(array -> array.length == tensor.elementCount()).orElseGet(tensor::toFloats);
    }

    static long[] longs(Tensor tensor) {
        require(tensor, DataType.INT64);
        return tensor.memory().heapBase().filter(long[].class::isInstance).map(long[].class::cast)
                .filter(array -> array.length == tensor.elementCount()).orElseGet(tensor::toLongs);
    }

    /// The bytes of `uint8` or `bool` elements.
    static byte[] bytes(Tensor tensor, DataType wanted) {
        require(tensor, wanted);
        return tensor.memory().heapBase().filter(byte[].class::isInstance).map(byte[].class::cast)
                .filter(array -> array.length == tensor.elementCount()).orElseGet(tensor::toBytes);
    }

    private static void require(Tensor tensor, DataType wanted) {
        if (tensor.dataType() != wanted) {
            throw new IllegalArgumentException("takes " + wanted + ", not " + tensor);
        }
    }

    static Tensor tensor(Shape shape, float[] elements) {
        return LITTLE_ENDIAN ? shared(DataType.FLOAT32, shape, MemorySegment.ofArray(elements)) : Tensor.of(shape, elements);
    }

    static Tensor tensor(Shape shape, long[] elements) {
        return LITTLE_ENDIAN ? shared(DataType.INT64, shape, MemorySegment.ofArray(elements)) : Tensor.of(shape, elements);
    }

    static Tensor tensor(DataType dataType, Shape shape, byte[] elements) {
        return shared(dataType, shape, MemorySegment.ofArray(elements));
    }

    /// A tensor of zeros, over the array that [#floats(Tensor)] and its like find again.
    static Tensor zeros(DataType dataType, Shape shape) {
        int count = count(shape);
        return switch (dataType) {
            case FLOAT32 -> tensor(shape, new float[count]);
            case INT64 -> tensor(shape, new long[count]);
            case FLOAT16, BFLOAT16, FLOAT64, INT32, UINT8, INT8, BOOL ->
                tensor(dataType, shape, new byte[Math.multiplyExact(count, dataType.bytes())]);
        };
    }

    private static Tensor shared(DataType dataType, Shape shape, MemorySegment memory) {
        return new Tensor(new TensorType(dataType, shape), memory);
    }

    /// The number of elements of a shape that an array can hold.
    static int count(Shape shape) {
        for (long size : shape.sizes()) {
            if (size < 0) {
                throw new IllegalArgumentException("a tensor cannot have the shape " + shape + "; the input is too small for this");
            }
        }
        long count = shape.elementCount();
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "a tensor of shape " + shape + " has more elements than a Java array holds; run the graph on another engine");
        }
        return (int) count;
    }

    /// The size along an axis.
    static int size(Tensor tensor, int axis) {
        return Math.toIntExact(tensor.shape().get(axis).size());
    }

    static int size(Shape shape, int axis) {
        return Math.toIntExact(shape.get(axis).size());
    }

    /// The product of the sizes from one axis to another, exclusive.
    static int product(Shape shape, int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product = Math.multiplyExact(product, size(shape, axis));
        }
        return product;
    }

    /// Moves one element of a type between tensors, whatever it stands for.
    @FunctionalInterface
    interface Mover {
        void move(MemorySegment source, long sourceIndex, MemorySegment target, long targetIndex);
    }

    static Mover mover(DataType dataType) {
        return switch (dataType.bytes()) {
            case 1 -> (source, from, target, to) -> target.set(ValueLayout.JAVA_BYTE, to, source.get(ValueLayout.JAVA_BYTE, from));
            case 2 -> (source, from, target, to) -> target.set(Tensor.INT16, 2 * to, source.get(Tensor.INT16, 2 * from));
            case 4 -> (source, from, target, to) -> target.set(Tensor.INT32, 4 * to, source.get(Tensor.INT32, 4 * from));
            case 8 -> (source, from, target, to) -> target.set(Tensor.INT64, 8 * to, source.get(Tensor.INT64, 8 * from));
            default -> throw new IllegalArgumentException("nothing moves elements of " + dataType);
        };
    }
}
