package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.MaxPool;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.List;

/// Operations on windows of a map: convolution (summed in double, rounded once) and the maximum.
final class Windows {
    private Windows() {
    }

    /// How the windows of one axis lie: window i begins at i·stride - padding.
    private record Axis(int size, int windows, int stride, int padding) {
        /// The first window whose tap at this distance from its beginning lies within the map.
        int first(int tap) {
            return Math.clamp(Math.ceilDiv((long) padding - tap, stride), 0, windows);
        }

        /// The window after the last such.
        int end(int tap) {
            return Math.clamp(Math.floorDiv((long) size - 1 + padding - tap, stride) + 1, 0, windows);
        }

        int position(int window, int tap) {
            return window * stride - padding + tap;
        }
    }

    /// A map `[height, width]` in an array, and the windows over it.
    private record Plane(Axis rows, Axis columns) {
        int pixels() {
            return rows.size() * columns.size();
        }

        int windows() {
            return rows.windows() * columns.windows();
        }
    }

    static Tensor conv(Conv conv, List<Tensor> inputs, Shape shape) {
        requirePositive(conv.stride(), conv.dilation(), conv.groups());
        Tensor x = inputs.get(0);
        Tensor weight = inputs.get(1);
        int outputs = Elements.size(weight, 0);
        if (outputs % conv.groups() != 0) {
            throw new IllegalArgumentException("Conv: " + outputs + " outputs do not divide into " + conv.groups() + " groups");
        }
        float[] taps = Elements.floats(weight);
        float[] bias = inputs.size() == 3 ? Elements.floats(inputs.get(2)) : new float[outputs];
        float[] input = Elements.floats(x);
        float[] result = new float[Elements.count(shape)];
        Plane plane = plane(x, shape, conv, Elements.size(weight, 2) * Elements.size(weight, 3) == 1);
        int channels = Elements.size(weight, 1);
        int kernel = Elements.size(weight, 2) * Elements.size(weight, 3);
        double[] sums = new double[plane.windows()];
        for (int picture = 0; picture < Elements.size(x, 0); picture++) {
            for (int output = 0; output < outputs; output++) {
                Arrays.fill(sums, bias[output]);
                int firstChannel = output / (outputs / conv.groups()) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    int map = (picture * Elements.size(x, 1) + firstChannel + channel) * plane.pixels();
                    for (int tap = 0; tap < kernel; tap++) {
                        int row = tap / Elements.size(weight, 3) * conv.dilation();
                        int column = tap % Elements.size(weight, 3) * conv.dilation();
                        addTap(sums, taps[(output * channels + channel) * kernel + tap], input, map, plane, row, column);
                    }
                }
                round(sums, result, (picture * outputs + output) * plane.windows());
            }
        }
        return Elements.tensor(shape, result);
    }

    /// One after the other, so that each is rounded as the operation of that name rounds.
    static Tensor fusedConv(FusedConv fused, List<Tensor> inputs, Shape shape) {
        Tensor convolved = conv(fused.convolution(), inputs.subList(0, Math.min(inputs.size(), 3)), shape);
        Tensor sum = inputs.size() == 4 ? Elementwise.binary(BinaryFunction.ADD, convolved, inputs.get(3), shape) : convolved;
        return switch (fused.activation()) {
            case NONE -> sum;
            case RELU -> Elementwise.unary(UnaryFunction.RELU, sum);
        };
    }

    /// A 1x1 convolution without stride sees the map as one long row.
    private static Plane plane(Tensor x, Shape shape, Conv conv, boolean isPointwise) {
        if (isPointwise && conv.stride() == 1 && conv.padding() == 0) {
            int pixels = Elements.product(shape, 2, 4);
            return new Plane(new Axis(1, 1, 1, 0), new Axis(pixels, pixels, 1, 0));
        }
        return plane(x, shape, conv.stride(), conv.padding());
    }

    private static Plane plane(Tensor x, Shape shape, int stride, int padding) {
        return new Plane(new Axis(Elements.size(x, 2), Elements.size(shape, 2), stride, padding),
                new Axis(Elements.size(x, 3), Elements.size(shape, 3), stride, padding));
    }

    /// Adds one tap of the kernel to all windows in whose reach it lies; the others see zero padding.
    private static void addTap(double[] sums, double factor, float[] input, int map, Plane plane, int rowTap, int columnTap) {
        Axis columns = plane.columns();
        int first = columns.first(columnTap);
        int end = columns.end(columnTap);
        for (int row = plane.rows().first(rowTap); row < plane.rows().end(rowTap); row++) {
            int from = map + plane.rows().position(row, rowTap) * columns.size() + columns.position(first, columnTap);
            int to = row * columns.windows() + first;
            addRow(sums, to, factor, input, from, columns.stride(), end - first);
        }
    }

    private static void addRow(double[] sums, int to, double factor, float[] input, int from, int stride, int count) {
        if (stride == 1) {
            for (int i = 0; i < count; i++) {
                sums[to + i] += factor * input[from + i];
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            sums[to + i] += factor * input[from + i * stride];
        }
    }

    private static void round(double[] sums, float[] result, int start) {
        for (int i = 0; i < sums.length; i++) {
            result[start + i] = (float) sums[i];
        }
    }

    /// NaN is the maximum of every window that holds it, as in PyTorch.
    static Tensor maxPool(MaxPool pool, Tensor x, Shape shape) {
        requirePositive(pool.kernel(), pool.stride(), 1);
        if (pool.padding() > pool.kernel() / 2) {
            throw new IllegalArgumentException("MaxPool: padding " + pool.padding() + " exceeds half the kernel " + pool.kernel());
        }
        float[] input = Elements.floats(x);
        float[] result = new float[Elements.count(shape)];
        Arrays.fill(result, Float.NEGATIVE_INFINITY);
        Plane plane = plane(x, shape, pool.stride(), pool.padding());
        int maps = Elements.product(shape, 0, 2);
        for (int map = 0; map < maps; map++) {
            for (int tap = 0; tap < pool.kernel() * pool.kernel(); tap++) {
                maximumWithTap(result, map, input, plane, tap / pool.kernel(), tap % pool.kernel());
            }
        }
        return Elements.tensor(shape, result);
    }

    private static void maximumWithTap(float[] result, int map, float[] input, Plane plane, int rowTap, int columnTap) {
        Axis columns = plane.columns();
        for (int row = plane.rows().first(rowTap); row < plane.rows().end(rowTap); row++) {
            int from = map * plane.pixels() + plane.rows().position(row, rowTap) * columns.size();
            int to = map * plane.windows() + row * columns.windows();
            for (int column = columns.first(columnTap); column < columns.end(columnTap); column++) {
                result[to + column] = Math.max(result[to + column], input[from + columns.position(column, columnTap)]);
            }
        }
    }

    private static void requirePositive(int... numbers) {
        for (int number : numbers) {
            if (number < 1) {
                throw new IllegalArgumentException("a window's kernel, stride, dilation and groups are at least 1, not " + number);
            }
        }
    }
}
