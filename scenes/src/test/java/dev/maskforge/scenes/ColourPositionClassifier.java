package dev.maskforge.scenes;

import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import java.util.Arrays;

/// What can be told from a pixel's colour and place alone: how often each class was seen with them, in tables from fine to
/// coarse. A finer table is believed as far as it has seen enough, else the coarser one (interpolation with a fixed weight
/// for the coarser, as in language models).
final class ColourPositionClassifier {
    static final int CLASSES = 19;
    /// The coarser table counts as much as so many pixels.
    private static final float BACK_OFF = 40;

    private final Table[] tables = {new Table(12, 1, 1), new Table(16, 1, 8), new Table(32, 1, 16), new Table(32, 16, 8),
            new Table(64, 8, 16)};
    private final double[] seen = new double[CLASSES];

    private static final class Table {
        private final int rows;
        private final int columns;
        private final int levels;
        private final float[] counts;

        /// @param rows    bins over the height
        /// @param columns bins over the width
        /// @param levels  of each colour channel
        Table(int rows, int columns, int levels) {
            this.rows = rows;
            this.columns = columns;
            this.levels = levels;
            this.counts = new float[rows * columns * levels * levels * levels * CLASSES];
        }

        int cell(int y, int x, int height, int width, int rgb) {
            int cell = y * rows / height * columns + x * columns / width;
            for (int shift = 16; shift >= 0; shift -= 8) {
                cell = cell * levels + (rgb >> shift & 0xff) * levels / 256;
            }
            return cell * CLASSES;
        }
    }

    /// Learns from a scene.
    ///
    /// @param trainIds 0 to 18, or 255 where there is nothing to learn
    void fit(RgbImage image, LabelMap trainIds) {
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int label = trainIds.at(y, x);
                if (label < CLASSES) {
                    seen[label]++;
                    for (Table table : tables) {
                        table.counts[table.cell(y, x, image.height(), image.width(), image.at(y, x)) + label]++;
                    }
                }
            }
        }
    }

    /// The likeliest class of each pixel.
    ///
    /// @param balance 0 to take classes as often as they are, 1 to take all for equally frequent: rare classes count as
    ///                much as others in a mean of intersections over unions
    LabelMap predict(RgbImage image, double balance) {
        float[] weights = new float[CLASSES];
        for (int label = 0; label < CLASSES; label++) {
            weights[label] = (float) StrictMath.pow(seen[label] + 1, -balance);
        }
        byte[] labels = new byte[image.height() * image.width()];
        float[] shares = new float[CLASSES];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                shares(image, y, x, shares);
                int best = 0;
                for (int label = 1; label < CLASSES; label++) {
                    if (shares[label] * weights[label] > shares[best] * weights[best]) {
                        best = label;
                    }
                }
                labels[y * image.width() + x] = (byte) best;
            }
        }
        return LabelMap.ofBytes(labels, image.height(), image.width());
    }

    private void shares(RgbImage image, int y, int x, float[] shares) {
        Arrays.fill(shares, 1f / CLASSES);
        for (Table table : tables) {
            int cell = table.cell(y, x, image.height(), image.width(), image.at(y, x));
            float total = BACK_OFF;
            for (int label = 0; label < CLASSES; label++) {
                total += table.counts[cell + label];
            }
            for (int label = 0; label < CLASSES; label++) {
                shares[label] = (table.counts[cell + label] + BACK_OFF * shares[label]) / total;
            }
        }
    }
}
