package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The operations that mask transformers are made of, straight from their equations, in double and rounded once.
final class Attentions {
    private Attentions() {
    }

    static Tensor attention(List<Tensor> inputs, int heads, Shape shape) {
        float[] query = Elements.floats(inputs.get(0));
        float[] key = Elements.floats(inputs.get(1));
        float[] value = Elements.floats(inputs.get(2));
        int queries = Elements.size(shape, 1);
        int channels = Elements.size(shape, 2);
        int keys = Elements.size(inputs.get(1), 1);
        int width = channels / heads;
        byte[] blocked = inputs.size() == 4 ? Elements.bytes(inputs.get(3), DataType.BOOL) : new byte[0];
        float[] result = new float[query.length];
        double[] scores = new double[keys];
        double[] sums = new double[width];
        for (int picture = 0; picture < Elements.size(shape, 0); picture++) {
            for (int head = 0; head < heads; head++) {
                float[] keyRows = headTransposed(key, picture * keys, keys, channels, head * width, width);
                for (int i = 0; i < queries; i++) {
                    int at = (picture * queries + i) * channels + head * width;
                    scores(query, at, width, keyRows, scores);
                    if (blocked.length > 0) {
                        block(scores, blocked, (picture * queries + i) * keys);
                    }
                    Reductions.softmax(scores);
                    Arrays.fill(sums, 0);
                    for (int j = 0; j < keys; j++) {
                        LinearAlgebra.addScaled(sums, scores[j], value, (picture * keys + j) * channels + head * width);
                    }
                    for (int channel = 0; channel < width; channel++) {
                        result[at + channel] = (float) sums[channel];
                    }
                }
            }
        }
        return Elements.tensor(shape, result);
    }

    /// One head's keys as `[width, keys]`.
    private static float[] headTransposed(float[] key, int firstRow, int keys, int channels, int firstChannel, int width) {
        float[] rows = new float[width * keys];
        for (int j = 0; j < keys; j++) {
            for (int channel = 0; channel < width; channel++) {
                rows[channel * keys + j] = key[(firstRow + j) * channels + firstChannel + channel];
            }
        }
        return rows;
    }

    private static void scores(float[] query, int at, int width, float[] keyRows, double[] scores) {
        Arrays.fill(scores, 0);
        for (int channel = 0; channel < width; channel++) {
            LinearAlgebra.addScaled(scores, query[at + channel] / Math.sqrt(width), keyRows, channel * scores.length);
        }
    }

    private static void block(double[] scores, byte[] blocked, int start) {
        for (int j = 0; j < scores.length; j++) {
            if (blocked[start + j] != 0) {
                scores[j] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    static Tensor deformable(DeformableAttention attention, List<Tensor> inputs, Shape shape) {
        float[] result = new float[Elements.count(shape)];
        int tokens = Elements.size(shape, 1);
        for (int picture = 0; picture < Elements.size(shape, 0); picture++) {
            Pyramid pyramid = new Pyramid(attention, inputs, shape, picture * tokens);
            int token = picture * tokens;
            for (Level level : attention.levels()) {
                int height = Math.toIntExact(level.height().size());
                int width = Math.toIntExact(level.width().size());
                for (int pixel = 0; pixel < height * width; pixel++) {
                    int row = pixel / width;
                    int column = pixel % width;
                    pyramid.attend(token, (row + 0.5) / height, (column + 0.5) / width, result);
                    token++;
                }
            }
        }
        return Elements.tensor(shape, result);
    }

    /// One picture's tokens, level after level, and what its queries ask of them.
    private static final class Pyramid {
        private final float[] value;
        private final float[] offsets;
        private final float[] logits;
        private final int heads;
        private final int points;
        private final int channels;
        private final List<Sampling.Pixels> levels = new ArrayList<>();
        private final double[] weights;
        private final double[] sums;

        Pyramid(DeformableAttention attention, List<Tensor> inputs, Shape shape, int firstToken) {
            this.value = Elements.floats(inputs.get(0));
            this.offsets = Elements.floats(inputs.get(1));
            this.logits = Elements.floats(inputs.get(2));
            this.heads = attention.heads();
            this.points = attention.points();
            this.channels = Elements.size(shape, 2);
            int start = firstToken * channels;
            for (Level level : attention.levels()) {
                int height = Math.toIntExact(level.height().size());
                int width = Math.toIntExact(level.width().size());
                levels.add(new Sampling.Pixels(start, height, width, channels, 1));
                start += height * width * channels;
            }
            this.weights = new double[levels.size() * points];
            this.sums = new double[channels / heads];
        }

        /// What one query, whose pixel's centre lies at (x, y) between 0 and 1, gathers with all heads.
        void attend(int token, double y, double x, float[] result) {
            for (int head = 0; head < heads; head++) {
                int first = (token * heads + head) * weights.length;
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = logits[first + i];
                }
                Reductions.softmax(weights);
                Arrays.fill(sums, 0);
                for (int i = 0; i < weights.length; i++) {
                    Sampling.Pixels level = levels.get(i / points).withOffset(head * sums.length);
                    double column = x * level.width() - 0.5 + offsets[2 * (first + i)];
                    double row = y * level.height() - 0.5 + offsets[2 * (first + i) + 1];
                    Sampling.addSample(value, level, row, column, weights[i], sums);
                }
                for (int channel = 0; channel < sums.length; channel++) {
                    result[token * channels + head * sums.length + channel] = (float) sums[channel];
                }
            }
        }
    }
}
