package dev.maskforge.graph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A typed view of memory: elements in row-major order, little-endian, at any alignment.
///
/// It has no arithmetic: computing is the business of engines. Memory may be a heap array, native, or a mapped file; it
/// lives as long as the arena behind it, and whoever opened that closes it. Treat it as read-only.
///
/// @param type   element type and constant shape
/// @param memory exactly the elements
public record Tensor(TensorType type, MemorySegment memory) {
    public static final ValueLayout.OfFloat FLOAT32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfDouble FLOAT64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong INT64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfShort INT16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Tensor {
        long wanted = Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
        if (memory.byteSize() != wanted) {
            throw new IllegalArgumentException("a tensor " + type + " takes " + wanted + " bytes, not " + memory.byteSize());
        }
    }

    /// A new tensor in memory of the allocator: of zeros in native memory if it is an arena, which frees it.
    public static Tensor allocate(DataType dataType, Shape shape, SegmentAllocator allocator) {
        long bytes = Math.multiplyExact(shape.elementCount(), (long) dataType.bytes());
        return new Tensor(new TensorType(dataType, shape), allocator.allocate(bytes, 64));
    }

    public static Tensor of(Shape shape, float... elements) {
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(elements.length, 4)]);
        MemorySegment.copy(elements, 0, memory, FLOAT32, 0, elements.length);
        return new Tensor(new TensorType(DataType.FLOAT32, shape), memory);
    }

    /// Float16 elements, each rounded to nearest even; beyond 65504 they become infinite.
    public static Tensor ofHalves(Shape shape, float... elements) {
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(elements.length, 2)]);
        for (int i = 0; i < elements.length; i++) {
            memory.set(INT16, 2L * i, Float.floatToFloat16(elements[i]));
        }
        return new Tensor(new TensorType(DataType.FLOAT16, shape), memory);
    }

    public static Tensor of(Shape shape, long... elements) {
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(elements.length, 8)]);
        MemorySegment.copy(elements, 0, memory, INT64, 0, elements.length);
        return new Tensor(new TensorType(DataType.INT64, shape), memory);
    }

    public static Tensor of(Shape shape, boolean... elements) {
        byte[] bytes = new byte[elements.length];
        for (int i = 0; i < elements.length; i++) {
            bytes[i] = (byte) (elements[i] ? 1 : 0);
        }
        return new Tensor(new TensorType(DataType.BOOL, shape), MemorySegment.ofArray(bytes));
    }

    /// The bytes of `uint8` elements, shared, not copied.
    public static Tensor ofBytes(Shape shape, byte[] elements) {
        return new Tensor(new TensorType(DataType.UINT8, shape), MemorySegment.ofArray(elements));
    }

    /// The bytes of `int8` elements, shared, not copied.
    public static Tensor ofSignedBytes(Shape shape, byte[] elements) {
        return new Tensor(new TensorType(DataType.INT8, shape), MemorySegment.ofArray(elements));
    }

    /// An `int32` tensor; of its own name, since whole numbers among the arguments of `of` are taken for int64.
    public static Tensor ofIntegers(Shape shape, int... elements) {
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(elements.length, 4)]);
        MemorySegment.copy(elements, 0, memory, INT32, 0, elements.length);
        return new Tensor(new TensorType(DataType.INT32, shape), memory);
    }

    public static Tensor scalar(float element) {
        return of(Shape.of(new long[0]), element);
    }

    public DataType dataType() {
        return type.dataType();
    }

    public Shape shape() {
        return type.shape();
    }

    public long elementCount() {
        return type.shape().elementCount();
    }

    /// The elements of a float32 tensor, copied.
    public float[] toFloats() {
        require(DataType.FLOAT32);
        float[] elements = new float[Math.toIntExact(elementCount())];
        MemorySegment.copy(memory, FLOAT32, 0, elements, 0, elements.length);
        return elements;
    }

    /// The elements of a float16 tensor, widened, which is exact.
    public float[] halvesToFloats() {
        require(DataType.FLOAT16);
        float[] elements = new float[Math.toIntExact(elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Float.float16ToFloat(memory.get(INT16, 2L * i));
        }
        return elements;
    }

    /// The elements of an int64 tensor, copied.
    public long[] toLongs() {
        require(DataType.INT64);
        long[] elements = new long[Math.toIntExact(elementCount())];
        MemorySegment.copy(memory, INT64, 0, elements, 0, elements.length);
        return elements;
    }

    /// The elements of a uint8, int8 or bool tensor, copied.
    public byte[] toBytes() {
        if (dataType().bytes() != 1) {
            throw new IllegalStateException("a tensor " + type + " has no elements of one byte");
        }
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    /// The same elements under another shape.
    public Tensor reshape(Shape shape) {
        return new Tensor(new TensorType(dataType(), shape), memory);
    }

    private void require(DataType wanted) {
        if (dataType() != wanted) {
            throw new IllegalStateException("a tensor " + type + " has no " + wanted + " elements");
        }
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
