package dev.maskforge.vision;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.Random;

/// Semantic inference of the original, word by word, in double precision with every intermediate tensor whole.
final class SemanticReference {
    private SemanticReference() {
    }

    /// Class scores `[K][height][width]` of the original picture.
    static double[][][] scores(QueryOutputs outputs, int image, Geometry geometry) {
        int queries = outputs.queries();
        int classes = outputs.classes();
        int maskHeight = outputs.maskHeight();
        int maskWidth = outputs.maskWidth();
        float[] classLogits = outputs.classLogits().toFloats();
        float[] maskLogits = outputs.maskLogits().toFloats();
        double[][][] scores = new double[classes][geometry.paddedHeight()][geometry.paddedWidth()];
        for (int q = 0; q < queries; q++) {
            int plane = image * queries + q;
            double[] probability = softmax(Arrays.copyOfRange(classLogits, plane * (classes + 1), (plane + 1) * (classes + 1)));
            double[][] mask = new double[maskHeight][maskWidth];
            for (int y = 0; y < maskHeight; y++) {
                for (int x = 0; x < maskWidth; x++) {
                    mask[y][x] = maskLogits[(plane * maskHeight + y) * maskWidth + x];
                }
            }
            double[][] enlarged = bilinear(mask, geometry.paddedHeight(), geometry.paddedWidth());
            for (int y = 0; y < geometry.paddedHeight(); y++) {
                for (int x = 0; x < geometry.paddedWidth(); x++) {
                    double sigmoid = 1 / (1 + Math.exp(-enlarged[y][x]));
                    for (int c = 0; c < classes; c++) {
                        scores[c][y][x] += probability[c] * sigmoid;
                    }
                }
            }
        }
        for (int c = 0; c < classes; c++) {
            double[][] cropped = Arrays.stream(scores[c], 0, geometry.resizedHeight())
                    .map(row -> Arrays.copyOf(row, geometry.resizedWidth()))
                    .toArray(double[][]::new);
            scores[c] = bilinear(cropped, geometry.originalHeight(), geometry.originalWidth());
        }
        return scores;
    }

    private static double[] softmax(float[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double sum = 0;
        double[] powers = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            powers[i] = Math.exp(logits[i] - highest);
            sum += powers[i];
        }
        for (int i = 0; i < logits.length; i++) {
            powers[i] /= sum;
        }
        return powers;
    }

    /// align_corners=False, without antialiasing.
    static double[][] bilinear(double[][] map, int height, int width) {
        double[][] resized = new double[height][width];
        for (int y = 0; y < height; y++) {
            double v = Math.max(0, (y + 0.5) * map.length / height - 0.5);
            int top = Math.min((int) v, map.length - 1);
            int bottom = Math.min(top + 1, map.length - 1);
            for (int x = 0; x < width; x++) {
                double u = Math.max(0, (x + 0.5) * map[0].length / width - 0.5);
                int left = Math.min((int) u, map[0].length - 1);
                int right = Math.min(left + 1, map[0].length - 1);
                double upper = map[top][left] + (u - left) * (map[top][right] - map[top][left]);
                double lower = map[bottom][left] + (u - left) * (map[bottom][right] - map[bottom][left]);
                resized[y][x] = upper + (v - top) * (lower - upper);
            }
        }
        return resized;
    }

    /// Outputs with several classes in sight: class logits spread widely, masks smooth, a few cells across.
    static QueryOutputs outputs(int images, int queries, int classes, int maskHeight, int maskWidth, long seed) {
        Random random = new Random(seed);
        float[] classLogits = new float[images * queries * (classes + 1)];
        for (int i = 0; i < classLogits.length; i++) {
            classLogits[i] = (float) (4.5 * random.nextGaussian());
        }
        float[] maskLogits = new float[images * queries * maskHeight * maskWidth];
        int at = 0;
        for (int plane = 0; plane < images * queries; plane++) {
            double[][] coarse = new double[4][5];
            for (double[] row : coarse) {
                Arrays.setAll(row, x -> 6 * random.nextGaussian() - 3);
            }
            for (double[] row : bilinear(coarse, maskHeight, maskWidth)) {
                for (double logit : row) {
                    maskLogits[at++] = (float) (logit + 0.1 * random.nextGaussian());
                }
            }
        }
        return new QueryOutputs(Tensor.of(Shape.of(images, queries, classes + 1), classLogits),
                Tensor.of(Shape.of(images, queries, maskHeight, maskWidth), maskLogits));
    }
}
