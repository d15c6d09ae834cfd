package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Operations that move elements of any type and compute nothing.
final class Movement {
    private Movement() {
    }

    static Tensor transpose(Tensor x, List<Integer> permutation, Shape shape) {
        int[] own = Walk.steps(x.shape());
        return view(x, shape, 0, permutation.stream().mapToInt(axis -> own[axis]).toArray());
    }

    static Tensor slice(Tensor x, int axis, long start, long end, Shape shape) {
        long size = x.shape().get(axis).size();
        if (start < 0 || end > size) {
            throw new IllegalArgumentException("Slice: the range from " + start + " to " + end + " is not within " + size);
        }
        int[] own = Walk.steps(x.shape());
        return view(x, shape, start * own[x.shape().axis(axis)], own);
    }

    static Tensor expand(Tensor x, Shape shape) {
        return copy(x, shape, 0, Walk.broadcast(shape, x.shape()));
    }

    private static Tensor view(Tensor x, Shape shape, long offset, int[] steps) {
        return copy(x, shape, offset, Walk.of(shape, steps));
    }

    private static Tensor copy(Tensor x, Shape shape, long offset, Walk walk) {
        Tensor result = Elements.zeros(x.dataType(), shape);
        Elements.Mover mover = Elements.mover(x.dataType());
        int bytes = x.dataType().bytes();
        walk.rows((start, operands) -> {
            long from = offset + operands[0];
            if (walk.step(0) == 1) {
                MemorySegment.copy(x.memory(), from * bytes, result.memory(), (long) start * bytes, (long) walk.rowLength() * bytes);
                return;
            }
            for (int i = 0; i < walk.rowLength(); i++) {
                mover.move(x.memory(), from + (long) i * walk.step(0), result.memory(), (long) start + i);
            }
        });
        return result;
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b, Shape shape) {
        byte[] holds = Elements.bytes(condition, DataType.BOOL);
        Tensor result = Elements.zeros(a.dataType(), shape);
        Elements.Mover mover = Elements.mover(a.dataType());
        Walk walk = Walk.broadcast(shape, condition.shape(), a.shape(), b.shape());
        walk.rows((start, operands) -> {
            for (int i = 0; i < walk.rowLength(); i++) {
                boolean first = holds[operands[0] + i * walk.step(0)] != 0;
                int which = first ? 1 : 2;
                mover.move((first ? a : b).memory(), operands[which] + (long) i * walk.step(which), result.memory(), (long) start + i);
            }
        });
        return result;
    }

    static Tensor concat(List<Tensor> inputs, int axis, Shape shape) {
        Tensor result = Elements.zeros(inputs.getFirst().dataType(), shape);
        int at = shape.axis(axis);
        int outer = Elements.product(shape, 0, at);
        long rowBytes = (long) Elements.product(shape, at, shape.rank()) * result.dataType().bytes();
        long start = 0;
        for (Tensor input : inputs) {
            long pieceBytes = (long) Elements.product(input.shape(), at, shape.rank()) * result.dataType().bytes();
            for (int i = 0; i < outer; i++) {
                MemorySegment.copy(input.memory(), i * pieceBytes, result.memory(), i * rowBytes + start, pieceBytes);
            }
            start += pieceBytes;
        }
        return result;
    }

    /// As in ONNX, a negative index counts from the end.
    static Tensor gather(Tensor data, Tensor indices, int axis, Shape shape) {
        long[] wanted = Elements.longs(indices);
        Tensor result = Elements.zeros(data.dataType(), shape);
        int at = data.shape().axis(axis);
        int size = Elements.size(data, at);
        int outer = Elements.product(data.shape(), 0, at);
        long bytes = (long) Elements.product(data.shape(), at + 1, data.shape().rank()) * data.dataType().bytes();
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < wanted.length; j++) {
                long index = wanted[j] < 0 ? wanted[j] + size : wanted[j];
                if (index < 0 || index >= size) {
                    throw new IllegalArgumentException("Gather: index " + wanted[j] + " is not within " + size);
                }
                MemorySegment.copy(data.memory(), (i * (long) size + index) * bytes, result.memory(),
                        (i * (long) wanted.length + j) * bytes,
                        bytes);
            }
        }
        return result;
    }

    static Tensor range(long length) {
        long[] numbers = new long[Math.toIntExact(length)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        return Elements.tensor(Shape.of(length), numbers);
    }
}
