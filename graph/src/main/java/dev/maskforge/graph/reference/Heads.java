package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.SemanticLabels;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;

/// The heads of mask classification, straight from their equation, in double and rounded once; row by row, so that the
/// resized masks are never whole in memory.
final class Heads {
    private Heads() {
    }

    /// Takes the scores of one row of one picture, `[K, width]`.
    @FunctionalInterface
    private interface RowSink {
        void accept(int picture, int row, double[] scores);
    }

    static Tensor semanticInference(Tensor classLogits, Tensor maskLogits, Shape shape) {
        int classes = Elements.size(shape, 1);
        int height = Elements.size(shape, 2);
        int width = Elements.size(shape, 3);
        float[] result = new float[Elements.count(shape)];
        forEachRow(classLogits, maskLogits, height, width, (picture, row, scores) -> {
            for (int i = 0; i < scores.length; i++) {
                int label = i / width;
                result[((picture * classes + label) * height + row) * width + i % width] = (float) scores[i];
            }
        });
        return Elements.tensor(shape, result);
    }

    /// The scores are rounded to float32 before they are compared, as those of [#semanticInference] are.
    static Tensor semanticLabels(Tensor classLogits, Tensor maskLogits, Shape shape) {
        int height = Elements.size(shape, 1);
        int width = Elements.size(shape, 2);
        long[] labels = new long[Elements.count(shape)];
        forEachRow(classLogits, maskLogits, height, width, (picture, row, scores) -> {
            for (int i = 0; i < width; i++) {
                int best = i;
                for (int score = i; score < scores.length; score += width) {
                    best = Reductions.isGreater((float) scores[score], (float) scores[best]) ? score : best;
                }
                labels[(picture * height + row) * width + i] = best / width;
            }
        });
        return Casts.cast(Elements.tensor(shape, labels), labelType(classLogits));
    }

    private static DataType labelType(Tensor classLogits) {
        return SemanticLabels.labelType(classLogits.shape().get(2).size() - 1);
    }

    private static void forEachRow(Tensor classLogits, Tensor maskLogits, int height, int width, RowSink sink) {
        float[] masks = Elements.floats(maskLogits);
        int queries = Elements.size(classLogits, 1);
        int classes = Elements.size(classLogits, 2) - 1;
        int sourceWidth = Elements.size(maskLogits, 3);
        int pixels = Elements.product(maskLogits.shape(), 2, 4);
        Sampling.BilinearAxis rows = new Sampling.BilinearAxis(Elements.size(maskLogits, 2), height);
        Sampling.BilinearAxis columns = new Sampling.BilinearAxis(sourceWidth, width);
        float[] probabilities = Elements.floats(Reductions.softmax(classLogits, 2));
        double[] mask = new double[width];
        for (int picture = 0; picture < Elements.size(classLogits, 0); picture++) {
            for (int row = 0; row < height; row++) {
                double[] sums = new double[classes * width];
                for (int query = 0; query < queries; query++) {
                    int map = (picture * queries + query) * pixels;
                    Sampling.bilinearRow(masks, map, sourceWidth, rows, row, columns, mask);
                    for (int i = 0; i < width; i++) {
                        mask[i] = Elementwise.sigmoid(mask[i]);
                    }
                    int scores = (picture * queries + query) * (classes + 1);
                    for (int label = 0; label < classes; label++) {
                        addScaled(sums, label * width, probabilities[scores + label], mask);
                    }
                }
                sink.accept(picture, row, sums);
            }
        }
    }

    private static void addScaled(double[] sums, int start, double factor, double[] row) {
        for (int i = 0; i < row.length; i++) {
            sums[start + i] += factor * row[i];
        }
    }
}
