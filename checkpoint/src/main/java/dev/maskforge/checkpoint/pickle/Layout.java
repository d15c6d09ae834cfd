package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/// In which order the elements of an array or tensor follow each other.
final class Layout {
    /// More than any file holds, and small enough that counting bytes cannot overflow.
    private static final long MOST_ELEMENTS = 1L << 40;

    private final long[] shape;
    /// By axis, how many elements lie from one to its neighbour along that axis.
    private final long[] strides;
    private final long elementCount;

    private Layout(long[] shape, long[] strides, long elementCount) {
        this.shape = shape;
        this.strides = strides;
        this.elementCount = elementCount;
    }

    /// Elements stored row-major, with axis `i` of the array being axis `axes[i]` of what is stored.
    ///
    /// @param stored the shape before the permutation
    /// @param axes   a permutation of 0 to its rank
    static Layout permuted(long offset, long[] stored, int... axes) {
        long[] storedStrides = new long[stored.length];
        long stride = 1;
        for (int axis = stored.length - 1; axis >= 0; axis--) {
            storedStrides[axis] = stride;
            // A zero does not excuse the others: their product is formed in other orders elsewhere.
            long size = Math.max(1, stored[axis]);
            if (size > MOST_ELEMENTS / stride) {
                throw PickleException.damaged(offset, "an array has the shape " + Arrays.toString(stored) + ", more than any file holds");
            }
            stride *= size;
        }
        boolean isEmpty = Arrays.stream(stored).anyMatch(size -> size == 0);
        long[] shape = Arrays.stream(axes).mapToLong(axis -> stored[axis]).toArray();
        long[] strides = Arrays.stream(axes).mapToLong(axis -> storedStrides[axis]).toArray();
        return new Layout(shape, strides, isEmpty ? 0 : stride);
    }

    /// Elements with any distances between neighbours, as PyTorch has them. Several may be the same one: a distance of 0
    /// repeats an element along its axis.
    ///
    /// @param strides by axis, none negative
    static Layout strided(long offset, long[] shape, long[] strides) {
        long count = 1;
        long last = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            long size = Math.max(1, shape[axis]);
            if (size > MOST_ELEMENTS / count || size > 1 && strides[axis] > (MOST_ELEMENTS - last) / (size - 1)) {
                throw PickleException.damaged(offset, "a tensor has the shape " + Arrays.toString(shape) + " and the strides "
                        + Arrays.toString(strides) + ", more than any file holds");
            }
            count *= size;
            last += (size - 1) * strides[axis];
        }
        boolean isEmpty = Arrays.stream(shape).anyMatch(size -> size == 0);
        return new Layout(shape.clone(), strides.clone(), isEmpty ? 0 : count);
    }

    /// The last axis varies fastest, as in C.
    static Layout rowMajor(long offset, long... shape) {
        return permuted(offset, shape, IntStream.range(0, shape.length).toArray());
    }

    /// The first axis varies fastest, as in Fortran.
    static Layout columnMajor(long offset, long... shape) {
        int rank = shape.length;
        int[] reversed = IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
        return permuted(offset, Arrays.stream(reversed).mapToLong(axis -> shape[axis]).toArray(), reversed);
    }

    long[] shape() {
        return shape.clone();
    }

    long elementCount() {
        return elementCount;
    }

    /// How many elements of the storage it reaches over, from its first to its last.
    long extent() {
        if (elementCount == 0) {
            return 0;
        }
        long last = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            last += (shape[axis] - 1) * strides[axis];
        }
        return last + 1;
    }

    /// Whether the elements lie as in [#rowMajor]. An axis of size 1 may lie anywhere.
    boolean isRowMajor() {
        long expected = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            if (shape[axis] > 1 && strides[axis] != expected) {
                return elementCount == 0;
            }
            expected *= shape[axis];
        }
        return true;
    }

    /// Copies elements that lie in this order to row-major, little-endian ones.
    ///
    /// @param size of an element in bytes
    void arrange(MemorySegment source, boolean bigEndian, int size, MemorySegment target) {
        int rank = shape.length;
        long rowLength = rank == 0 ? 1 : shape[rank - 1];
        long step = rank == 0 ? 1 : strides[rank - 1];
        long[] index = new long[rank];
        for (long done = 0; done < elementCount; done += rowLength) {
            long first = 0;
            for (int axis = 0; axis < rank - 1; axis++) {
                first += index[axis] * strides[axis];
            }
            copyRow(source, first, step, bigEndian, size, target, done, rowLength);
            for (int axis = rank - 2; axis >= 0; axis--) {
                index[axis]++;
                if (index[axis] < shape[axis]) {
                    break;
                }
                index[axis] = 0;
            }
        }
    }

    private static void copyRow(MemorySegment source, long from, long step, boolean bigEndian, int size, MemorySegment target, long to,
            long count) {
        ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        switch (size) {
            case 1 -> {
                for (long i = 0; i < count; i++) {
                    target.set(ValueLayout.JAVA_BYTE, to + i, source.get(ValueLayout.JAVA_BYTE, from + i * step));
                }
            }
            case 2 -> {
                ValueLayout.OfShort element = Tensor.INT16.withOrder(order);
                for (long i = 0; i < count; i++) {
                    target.set(Tensor.INT16, 2 * (to + i), source.get(element, 2 * (from + i * step)));
                }
            }
            case 4 -> {
                ValueLayout.OfInt element = Tensor.INT32.withOrder(order);
                for (long i = 0; i < count; i++) {
                    target.set(Tensor.INT32, 4 * (to + i), source.get(element, 4 * (from + i * step)));
                }
            }
            case 8 -> {
                ValueLayout.OfLong element = Tensor.INT64.withOrder(order);
                for (long i = 0; i < count; i++) {
                    target.set(Tensor.INT64, 8 * (to + i), source.get(element, 8 * (from + i * step)));
                }
            }
            default -> throw new AssertionError(size);
        }
    }
}
