package dev.maskforge.graph.reference;

import dev.maskforge.graph.Tensor;
import java.util.List;

/// Normalisation: (x - mean) / sqrt(variance + epsilon)·scale + bias, in double, the variance over n (not n - 1).
final class Normalization {
    private Normalization() {
    }

    /// With statistics that are given: `(x [N, C, ...], scale, bias, mean, variance [C])`.
    static Tensor batch(List<Tensor> inputs, float epsilon) {
        Tensor x = inputs.getFirst();
        float[] input = Elements.floats(x);
        float[] scale = Elements.floats(inputs.get(1));
        float[] bias = Elements.floats(inputs.get(2));
        float[] mean = Elements.floats(inputs.get(3));
        float[] variance = Elements.floats(inputs.get(4));
        float[] result = new float[input.length];
        int pixels = Elements.product(x.shape(), 2, x.shape().rank());
        for (int map = 0; pixels > 0 && map < input.length / pixels; map++) {
            int channel = map % scale.length;
            double factor = scale[channel] / Math.sqrt((double) variance[channel] + epsilon);
            for (int i = map * pixels; i < (map + 1) * pixels; i++) {
                result[i] = (float) ((input[i] - (double) mean[channel]) * factor + bias[channel]);
            }
        }
        return Elements.tensor(x.shape(), result);
    }

    /// Over each picture's groups of channels: `(x [N, C, ...], scale, bias [C])`. With as many groups as channels it is
    /// instance normalisation.
    static Tensor group(List<Tensor> inputs, int groups, float epsilon) {
        Tensor x = inputs.getFirst();
        float[] input = Elements.floats(x);
        float[] scale = Elements.floats(inputs.get(1));
        float[] bias = Elements.floats(inputs.get(2));
        float[] result = new float[input.length];
        int pixels = Elements.product(x.shape(), 2, x.shape().rank());
        int channels = groups == 0 ? 0 : scale.length / groups;
        int count = channels * pixels;
        for (int set = 0; count > 0 && set < input.length / count; set++) {
            Statistics statistics = Statistics.of(input, set * count, count, epsilon);
            for (int i = set * count; i < (set + 1) * count; i++) {
                int channel = i / pixels % scale.length;
                result[i] = statistics.normalize(input[i], scale[channel], bias[channel]);
            }
        }
        return Elements.tensor(x.shape(), result);
    }

    /// Over the last axis: `(x [..., C], scale, bias [C])`.
    static Tensor layer(List<Tensor> inputs, float epsilon) {
        Tensor x = inputs.getFirst();
        float[] input = Elements.floats(x);
        float[] scale = Elements.floats(inputs.get(1));
        float[] bias = Elements.floats(inputs.get(2));
        float[] result = new float[input.length];
        int count = scale.length;
        for (int start = 0; count > 0 && start < input.length; start += count) {
            Statistics statistics = Statistics.of(input, start, count, epsilon);
            for (int i = 0; i < count; i++) {
                result[start + i] = statistics.normalize(input[start + i], scale[i], bias[i]);
            }
        }
        return Elements.tensor(x.shape(), result);
    }

    private record Statistics(double mean, double deviation) {
        static Statistics of(float[] elements, int start, int count, float epsilon) {
            double sum = 0;
            for (int i = start; i < start + count; i++) {
                sum += elements[i];
            }
            double mean = sum / count;
            double squares = 0;
            for (int i = start; i < start + count; i++) {
                squares += (elements[i] - mean) * (elements[i] - mean);
            }
            return new Statistics(mean, Math.sqrt(squares / count + epsilon));
        }

        float normalize(float x, float scale, float bias) {
            return (float) ((x - mean) / deviation * scale + bias);
        }
    }
}
