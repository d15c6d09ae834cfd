package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Margin;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The class of each pixel, and how sure it is.
///
/// @param labels  the class with the highest score; the lowest of equals
/// @param margins float32 `[height, width]`: 1 - second best / best score, as [Margin] has it
public record LabelsWithMargins(LabelMap labels, Tensor margins) {
    /// Of the upper left part of scores that a network gives.
    ///
    /// @param scores float32 `[N, K, H, W]`
    /// @param image  which picture of the batch
    /// @param height of the part, at most H
    /// @param width  of the part, at most W
    /// @throws IllegalArgumentException if the scores are not of this type, or have no such part
    public static LabelsWithMargins ofScores(Tensor scores, int image, int height, int width) {
        if (scores.dataType() != DataType.FLOAT32 || scores.shape().rank() != 4) {
            throw new IllegalArgumentException("scores are float32[N, K, H, W], not " + scores);
        }
        long[] sizes = scores.shape().sizes();
        if (image < 0 || image >= sizes[0] || sizes[1] < 1 || height > sizes[2] || width > sizes[3]) {
            throw new IllegalArgumentException(
                    "scores " + scores + " have no picture " + image + " of " + height + "x" + width + " pixels");
        }
        int classes = Math.toIntExact(sizes[1]);
        Rows rows = new Rows(classes, height, width);
        RowWriter writer = rows.writer();
        float[][] row = new float[classes][width];
        int[] columns = new int[width];
        Arrays.setAll(columns, x -> x);
        for (int y = 0; y < height; y++) {
            for (int c = 0; c < classes; c++) {
                long offset = (((long) image * classes + c) * sizes[2] + y) * sizes[3] * Float.BYTES;
                MemorySegment.copy(scores.memory(), Tensor.FLOAT32, offset, row[c], 0, width);
            }
            writer.write(y, row, columns);
        }
        return rows.finished();
    }

    /// Labels and margins that are written row by row, by several threads at once if need be.
    static final class Rows {
        private final int height;
        private final int width;
        private final boolean narrow;
        private final byte[] bytes;
        private final short[] shorts;
        private final float[] margins;

        Rows(int classes, int height, int width) {
            int pixels = Math.multiplyExact(height, width);
            this.height = height;
            this.width = width;
            this.narrow = classes <= 256;
            this.bytes = new byte[narrow ? pixels : 0];
            this.shorts = new short[narrow ? 0 : pixels];
            this.margins = new float[pixels];
        }

        /// For one thread.
        RowWriter writer() {
            return new RowWriter(this);
        }

        LabelsWithMargins finished() {
            LabelMap labels = narrow ? LabelMap.ofBytes(bytes, height, width) : LabelMap.ofShorts(shorts, height, width);
            return new LabelsWithMargins(labels, FloatTensors.of(margins, height, width));
        }

        private void set(int pixel, int label, float margin) {
            if (narrow) {
                bytes[pixel] = (byte) label;
            } else {
                shorts[pixel] = (short) label;
            }
            margins[pixel] = margin;
        }
    }

    /// Finds the best two classes of each position of a row.
    static final class RowWriter {
        private final Rows rows;
        private float[] best = {};
        private float[] second = {};
        private int[] labels = {};

        private RowWriter(Rows rows) {
            this.rows = rows;
        }

        /// @param scores  `[K][n]`
        /// @param columns where in `n` each column of the picture is
        void write(int y, float[][] scores, int[] columns) {
            int length = scores[0].length;
            if (best.length != length) {
                best = new float[length];
                second = new float[length];
                labels = new int[length];
            }
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            Arrays.fill(second, Float.NEGATIVE_INFINITY);
            Arrays.fill(labels, 0);
            for (int c = 0; c < scores.length; c++) {
                challenge(scores[c], c, length);
            }
            for (int x = 0; x < columns.length; x++) {
                int at = columns[x];
                rows.set(y * rows.width + x, labels[at], Margin.of(best[at], second[at]));
            }
        }

        private void challenge(float[] candidate, int label, int length) {
            for (int x = 0; x < length; x++) {
                float score = candidate[x];
                if (score > best[x]) {
                    second[x] = best[x];
                    best[x] = score;
                    labels[x] = label;
                } else {
                    second[x] = Math.max(second[x], score);
                }
            }
        }
    }
}
