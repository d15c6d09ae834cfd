package dev.maskforge.vision;

import java.util.Arrays;

/// Resizing of 8-bit RGB pictures that gives, byte for byte, what Pillow's `Image.resize(size, BILINEAR)` gives: a
/// triangle filter that widens when it shrinks (antialiasing), rows first, then columns, in fixed point.
///
/// Follows the arithmetic of `ImagingResample` for 8 bits per channel: weights are normalised in double precision and
/// rounded to 22 fractional bits, each pass rounds half up and clips to 0..255. The bytes are those of every Pillow up to
/// 12, which the published models were measured with. Pillow 13 does the columns first where the height shrinks more
/// than the width, be it by rounding; there up to a fifth of the samples differ by one.
public final class PillowBilinear {
    /// Of 32 bits, 8 are for the sample and 2 for the overshoot that other filters have.
    private static final int PRECISION_BITS = 32 - 8 - 2;
    private static final int HALF = 1 << PRECISION_BITS - 1;

    private PillowBilinear() {
    }

    /// A picture of the given size, or the picture itself if it has that size.
    ///
    /// @throws IllegalArgumentException if a size is not positive or the result exceeds 2^31 bytes
    public static RgbImage resize(RgbImage image, int height, int width) {
        if (height < 1 || width < 1 || 3L * height * width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("cannot resize a picture to " + height + "x" + width + " pixels");
        }
        if (height == image.height() && width == image.width()) {
            return image;
        }
        Filter rows = Filter.of(image.height(), height);
        int first = rows.start[0];
        int last = rows.start[height - 1] + rows.length[height - 1];
        byte[] narrowed = width == image.width()
                ? Arrays.copyOfRange(image.samples(), 3 * first * width, 3 * last * width)
                : horizontal(image, first, last, Filter.of(image.width(), width));
        if (height == image.height()) {
            return RgbImage.ofRgb(narrowed, height, width);
        }
        return RgbImage.ofRgb(vertical(narrowed, first, rows, 3 * width), height, width);
    }

    /// Rows `first` (inclusive) to `last` (exclusive), the only ones that the vertical pass reads, at the new width.
    private static byte[] horizontal(RgbImage image, int first, int last, Filter columns) {
        int width = columns.start.length;
        byte[] source = image.samples();
        byte[] target = new byte[Math.multiplyExact(3 * (last - first), width)];
        int at = 0;
        for (int y = first; y < last; y++) {
            int row = 3 * y * image.width();
            for (int x = 0; x < width; x++) {
                int red = HALF;
                int green = HALF;
                int blue = HALF;
                int from = row + 3 * columns.start[x];
                int tap = x * columns.taps;
                int end = tap + columns.length[x];
                for (; tap < end; tap++, from += 3) {
                    int weight = columns.weights[tap];
                    red += (source[from] & 0xff) * weight;
                    green += (source[from + 1] & 0xff) * weight;
                    blue += (source[from + 2] & 0xff) * weight;
                }
                target[at] = clip(red);
                target[at + 1] = clip(green);
                target[at + 2] = clip(blue);
                at += 3;
            }
        }
        return target;
    }

    /// @param source rows from row `first` of the picture on, each of `stride` bytes
    private static byte[] vertical(byte[] source, int first, Filter rows, int stride) {
        int height = rows.start.length;
        byte[] target = new byte[Math.multiplyExact(height, stride)];
        int[] sums = new int[stride];
        byte[] row = new byte[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            for (int tap = 0; tap < rows.length[y]; tap++) {
                System.arraycopy(source, (rows.start[y] - first + tap) * stride, row, 0, stride);
                accumulate(row, rows.weights[y * rows.taps + tap], sums);
            }
            clip(sums, row);
            System.arraycopy(row, 0, target, y * stride, stride);
        }
        return target;
    }

    /// Apart, and with one index for both arrays, so that the compiler turns it into vector instructions.
    private static void accumulate(byte[] row, int weight, int[] sums) {
        for (int x = 0; x < sums.length; x++) {
            sums[x] += (row[x] & 0xff) * weight;
        }
    }

    private static void clip(int[] sums, byte[] row) {
        for (int x = 0; x < sums.length; x++) {
            row[x] = (byte) Math.min(255, Math.max(0, sums[x] >> PRECISION_BITS));
        }
    }

    private static byte clip(int sum) {
        return (byte) Math.min(255, Math.max(0, sum >> PRECISION_BITS));
    }

    /// The weights of one axis: output `i` is the sum over `t < length[i]` of `weights[i * taps + t]` times input
    /// `start[i] + t`.
    private static final class Filter {
        final int[] start;
        final int[] length;
        final int taps;
        final int[] weights;

        private Filter(int[] start, int[] length, int taps, int[] weights) {
            this.start = start;
            this.length = length;
            this.taps = taps;
            this.weights = weights;
        }

        static Filter of(int in, int out) {
            double scale = (double) in / out;
            double support = Math.max(scale, 1);
            double stretch = 1 / support;
            int taps = (int) Math.ceil(support) * 2 + 1;
            int[] start = new int[out];
            int[] length = new int[out];
            int[] weights = new int[Math.multiplyExact(out, taps)];
            double[] triangle = new double[taps];
            for (int i = 0; i < out; i++) {
                double center = (i + 0.5) * scale;
                start[i] = Math.max(0, (int) (center - support + 0.5));
                length[i] = Math.min(in, (int) (center + support + 0.5)) - start[i];
                double sum = 0;
                for (int tap = 0; tap < length[i]; tap++) {
                    triangle[tap] = Math.max(0, 1 - Math.abs((tap + start[i] - center + 0.5) * stretch));
                    sum += triangle[tap];
                }
                for (int tap = 0; tap < length[i]; tap++) {
                    double weight = sum == 0 ? triangle[tap] : triangle[tap] / sum;
                    weights[i * taps + tap] = (int) (0.5 + weight * (1 << PRECISION_BITS));
                }
            }
            return new Filter(start, length, taps, weights);
        }
    }
}
