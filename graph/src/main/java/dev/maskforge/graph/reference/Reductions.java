package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.Reduce;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;

/// Sums, extremes and softmax along axes. Sums of floats run in double; NaN wins over every number, as in PyTorch.
final class Reductions {
    private Reductions() {
    }

    static Tensor reduce(Reduce reduce, Tensor x, Shape shape) {
        return switch (x.dataType()) {
            case FLOAT32 -> floats(reduce, x, shape);
            case INT64 -> longs(reduce, x, shape);
            case INT32 -> Casts.cast(longs(reduce, Casts.cast(x, DataType.INT64), shape), DataType.INT32);
            case UINT8, INT8, BOOL, FLOAT16, BFLOAT16, FLOAT64 -> throw unsupported(reduce, x);
        };
    }

    private static Tensor floats(Reduce reduce, Tensor x, Shape shape) {
        float[] input = Elements.floats(x);
        double[] sums = new double[Elements.count(shape)];
        Arrays.fill(sums, switch (reduce.function()) {
            case SUM, MEAN -> 0;
            case MINIMUM -> Double.POSITIVE_INFINITY;
            case MAXIMUM -> Double.NEGATIVE_INFINITY;
        });
        Walk walk = walk(reduce, x);
        walk.rows((start, operands) -> {
            for (int i = 0; i < walk.rowLength(); i++) {
                int at = operands[0] + i * walk.step(0);
                float value = input[start + i];
                sums[at] = switch (reduce.function()) {
                    case SUM, MEAN -> sums[at] + value;
                    case MINIMUM -> Math.min(sums[at], value);
                    case MAXIMUM -> Math.max(sums[at], value);
                };
            }
        });
        double divisor = reduce.function() == Reduction.MEAN ? (double) input.length / sums.length : 1;
        float[] result = new float[sums.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) (sums[i] / divisor);
        }
        return Elements.tensor(shape, result);
    }

    private static Tensor longs(Reduce reduce, Tensor x, Shape shape) {
        if (reduce.function() == Reduction.MEAN) {
            throw unsupported(reduce, x);
        }
        long[] input = Elements.longs(x);
        long[] result = new long[Elements.count(shape)];
        Arrays.fill(result, switch (reduce.function()) {
            case SUM, MEAN -> 0;
            case MINIMUM -> Long.MAX_VALUE;
            case MAXIMUM -> Long.MIN_VALUE;
        });
        Walk walk = walk(reduce, x);
        walk.rows((start, operands) -> {
            for (int i = 0; i < walk.rowLength(); i++) {
                int at = operands[0] + i * walk.step(0);
                long value = input[start + i];
                result[at] = switch (reduce.function()) {
                    case SUM, MEAN -> result[at] + value;
                    case MINIMUM -> Math.min(result[at], value);
                    case MAXIMUM -> Math.max(result[at], value);
                };
            }
        });
        return Elements.tensor(shape, result);
    }

    /// Over the input, with the place in the result beside it: reduced axes are those that the result is repeated on.
    private static Walk walk(Reduce reduce, Tensor x) {
        boolean[] reduced = new boolean[x.shape().rank()];
        reduce.axes().forEach(axis -> reduced[x.shape().axis(axis)] = true);
        boolean sums = reduce.function() == Reduction.SUM || reduce.function() == Reduction.MEAN;
        int[] steps = new int[reduced.length];
        int step = 1;
        for (int axis = reduced.length - 1; axis >= 0; axis--) {
            int size = Elements.size(x, axis);
            if (reduced[axis] && size == 0 && !sums) {
                throw new IllegalArgumentException(reduce.type() + ": nothing is the extreme of nothing, axis " + axis + " is empty");
            }
            if (!reduced[axis]) {
                steps[axis] = step;
                step *= size;
            }
        }
        return Walk.of(x.shape(), steps);
    }

    private static IllegalArgumentException unsupported(Reduce reduce, Tensor x) {
        return new IllegalArgumentException(reduce.type() + " does not take " + x.dataType() + " in the reference interpreter");
    }

    static Tensor argMax(Tensor x, int axis, Shape shape) {
        float[] input = Elements.floats(x);
        int at = x.shape().axis(axis);
        int size = Elements.size(x, at);
        int inner = Elements.product(x.shape(), at + 1, x.shape().rank());
        long[] result = new long[Elements.count(shape)];
        if (size == 0 && result.length > 0) {
            throw new IllegalArgumentException("ArgMax: nothing is the largest of nothing, axis " + axis + " is empty");
        }
        for (int i = 0; i < result.length; i++) {
            int start = i / inner * size * inner + i % inner;
            int best = 0;
            for (int k = 1; k < size; k++) {
                if (isGreater(input[start + k * inner], input[start + best * inner])) {
                    best = k;
                }
            }
            result[i] = best;
        }
        return Elements.tensor(shape, result);
    }

    static boolean isGreater(float a, float b) {
        return a > b || Float.isNaN(a) && !Float.isNaN(b);
    }

    /// exp(x - max) / Σ exp(x - max). A row of negative infinities gives NaN.
    static Tensor softmax(Tensor x, int axis) {
        float[] input = Elements.floats(x);
        float[] result = new float[input.length];
        int at = x.shape().axis(axis);
        int size = Elements.size(x, at);
        int inner = Elements.product(x.shape(), at + 1, x.shape().rank());
        double[] row = new double[size];
        int rows = size == 0 ? 0 : input.length / size;
        for (int i = 0; i < rows; i++) {
            int start = i / inner * size * inner + i % inner;
            for (int k = 0; k < size; k++) {
                row[k] = input[start + k * inner];
            }
            softmax(row);
            for (int k = 0; k < size; k++) {
                result[start + k * inner] = (float) row[k];
            }
        }
        return Elements.tensor(x.shape(), result);
    }

    /// In place.
    static void softmax(double[] row) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            largest = Math.max(largest, value);
        }
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            row[i] = Math.exp(row[i] - largest);
            sum += row[i];
        }
        for (int i = 0; i < row.length; i++) {
            row[i] /= sum;
        }
    }
}
