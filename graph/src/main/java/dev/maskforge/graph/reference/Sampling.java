package dev.maskforge.graph.reference;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;

/// Values between the pixels of a map. Positions and weights are computed in double.
final class Sampling {
    private Sampling() {
    }

    /// For each target pixel of an axis, the two source pixels that it lies between and how far it is from the first:
    /// half-pixel centres, clamped at the border (`align_corners=False`).
    static final class BilinearAxis {
        private final int[] low;
        private final int[] high;
        private final double[] fraction;

        BilinearAxis(int source, int target) {
            if (source == 0 && target > 0) {
                throw new IllegalArgumentException("Resize: a map without pixels cannot become one of " + target);
            }
            this.low = new int[target];
            this.high = new int[target];
            this.fraction = new double[target];
            for (int i = 0; i < target; i++) {
                double position = Math.max(0, (i + 0.5) * source / target - 0.5);
                low[i] = Math.min((int) position, source - 1);
                high[i] = Math.min(low[i] + 1, source - 1);
                fraction[i] = position - low[i];
            }
        }
    }

    /// One row of a resized map.
    static void bilinearRow(float[] input, int map, int sourceWidth, BilinearAxis rows, int row, BilinearAxis columns, double[] result) {
        int upper = map + rows.low[row] * sourceWidth;
        int lower = map + rows.high[row] * sourceWidth;
        double down = rows.fraction[row];
        for (int i = 0; i < result.length; i++) {
            int left = columns.low[i];
            int right = columns.high[i];
            double across = columns.fraction[i];
            double top = input[upper + left] * (1 - across) + input[upper + right] * across;
            double bottom = input[lower + left] * (1 - across) + input[lower + right] * across;
            result[i] = top * (1 - down) + bottom * down;
        }
    }

    static Tensor resizeBilinear(Tensor x, Shape shape) {
        float[] input = Elements.floats(x);
        float[] result = new float[Elements.count(shape)];
        int width = Elements.size(shape, 3);
        int height = Elements.size(shape, 2);
        int pixels = Elements.product(x.shape(), 2, 4);
        BilinearAxis rows = new BilinearAxis(Elements.size(x, 2), height);
        BilinearAxis columns = new BilinearAxis(Elements.size(x, 3), width);
        double[] line = new double[width];
        for (int map = 0; map < Elements.product(shape, 0, 2); map++) {
            for (int row = 0; row < height; row++) {
                bilinearRow(input, map * pixels, Elements.size(x, 3), rows, row, columns, line);
                for (int i = 0; i < width; i++) {
                    result[(map * height + row) * width + i] = (float) line[i];
                }
            }
        }
        return Elements.tensor(shape, result);
    }

    /// source = floor(target · in / out), in whole numbers, where float32 may fall on the wrong side of the floor.
    static Tensor resizeNearest(Tensor x, Shape shape) {
        float[] input = Elements.floats(x);
        float[] result = new float[Elements.count(shape)];
        int sourceHeight = Elements.size(x, 2);
        int sourceWidth = Elements.size(x, 3);
        int height = Elements.size(shape, 2);
        int width = Elements.size(shape, 3);
        if (result.length > 0 && sourceHeight * sourceWidth == 0) {
            throw new IllegalArgumentException("Resize: a map without pixels cannot become " + shape);
        }
        for (int map = 0; map < Elements.product(shape, 0, 2); map++) {
            for (int row = 0; row < height; row++) {
                int from = (map * sourceHeight + (int) ((long) row * sourceHeight / height)) * sourceWidth;
                for (int i = 0; i < width; i++) {
                    result[(map * height + row) * width + i] = input[from + (int) ((long) i * sourceWidth / width)];
                }
            }
        }
        return Elements.tensor(shape, result);
    }

    static Tensor gridSample(Tensor x, Tensor grid, Shape shape) {
        float[] input = Elements.floats(x);
        float[] positions = Elements.floats(grid);
        float[] result = new float[Elements.count(shape)];
        int height = Elements.size(x, 2);
        int width = Elements.size(x, 3);
        int channels = Elements.size(x, 1);
        int samples = Elements.product(shape, 2, 4);
        double[] sample = new double[channels];
        for (int i = 0; i < Elements.size(x, 0) * samples; i++) {
            int picture = i / samples;
            double column = ((positions[2 * i] + 1.0) * width - 1) / 2;
            double row = ((positions[2 * i + 1] + 1.0) * height - 1) / 2;
            Arrays.fill(sample, 0);
            Pixels map = new Pixels(picture * channels * height * width, height, width, 1, height * width);
            addSample(input, map, row, column, 1, sample);
            for (int channel = 0; channel < channels; channel++) {
                result[(picture * channels + channel) * samples + i % samples] = (float) sample[channel];
            }
        }
        return Elements.tensor(shape, result);
    }

    /// Where the channels of a map's pixels lie in an array.
    record Pixels(int start, int height, int width, int pixelStep, int channelStep) {
        /// The map of the channels from another one on.
        Pixels withOffset(int elements) {
            return new Pixels(start + elements, height, width, pixelStep, channelStep);
        }
    }

    /// Adds weight times the bilinear sample at a position, in pixels, to the sums of the channels. Pixels outside are zero;
    /// a position that is not a number gives NaN.
    static void addSample(float[] input, Pixels map, double row, double column, double weight, double[] sums) {
        double top = Math.floor(row);
        double left = Math.floor(column);
        double down = row - top;
        double across = column - left;
        addPixel(input, map, (int) top, (int) left, weight * (1 - down) * (1 - across), sums);
        addPixel(input, map, (int) top, (int) left + 1, weight * (1 - down) * across, sums);
        addPixel(input, map, (int) top + 1, (int) left, weight * down * (1 - across), sums);
        addPixel(input, map, (int) top + 1, (int) left + 1, weight * down * across, sums);
    }

    private static void addPixel(float[] input, Pixels map, int row, int column, double weight, double[] sums) {
        if (row < 0 || row >= map.height() || column < 0 || column >= map.width()) {
            return;
        }
        int pixel = map.start() + (row * map.width() + column) * map.pixelStep();
        for (int channel = 0; channel < sums.length; channel++) {
            sums[channel] += weight * input[pixel + channel * map.channelStep()];
        }
    }
}
