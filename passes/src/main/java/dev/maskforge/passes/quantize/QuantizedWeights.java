package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Optional;

/// The weights of a layer as integers, symmetric around 0, with a step for each output channel.
///
/// w ≈ step_c·int8 with step_c = max|w_c| / 127, and bias ≈ step_c·step_x·int32, so that products of integers and the bias
/// add up as integers (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
/// Inference", section 2.2).
///
/// @param weights   int8, of the weights' shape
/// @param steps     float32 `[output channels]`
/// @param zeros     int8 `[output channels]`, the zero points
/// @param bias      int32 `[output channels]`
/// @param biasSteps float32 `[output channels]`
record QuantizedWeights(Tensor weights, Tensor steps, Tensor zeros, Tensor bias, Tensor biasSteps) {
    private static final int LARGEST = Byte.MAX_VALUE;
    /// What a bias may take of int32, so that sums of products have room beside it.
    private static final double LARGEST_BIAS = 1 << 30;

    /// @param weight    float32 `[output channels, ...]`
    /// @param bias      float32 `[output channels]`, if there is one
    /// @param inputStep of the integers that the weights are multiplied with
    static QuantizedWeights of(Tensor weight, Optional<Tensor> bias, float inputStep) {
        float[] values = weight.toFloats();
        int channels = Math.toIntExact(weight.shape().get(0).size());
        int perChannel = values.length / Math.max(1, channels);
        float[] biases = bias.map(Tensor::toFloats).orElseGet(() -> new float[channels]);
        byte[] integers = new byte[values.length];
        int[] integerBiases = new int[channels];
        float[] steps = new float[channels];
        float[] biasSteps = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            float largest = 0;
            for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            // A channel of small weights beside a large bias gets steps in which the bias has room.
            double forBias = Math.abs(biases[channel]) / (inputStep * LARGEST_BIAS);
            float step = (float) Math.max((double) largest / LARGEST, forBias);
            steps[channel] = step > Float.MIN_NORMAL ? step : 1;
            for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
                integers[i] = (byte) Math.clamp(Math.rint(values[i] / steps[channel]), -LARGEST, LARGEST);
            }
            biasSteps[channel] = inputStep * steps[channel];
            integerBiases[channel] = (int) Math.rint(biases[channel] / (double) biasSteps[channel]);
        }
        Shape perOutput = Shape.of(channels);
        return new QuantizedWeights(Tensor.ofSignedBytes(weight.shape(), integers), Tensor.of(perOutput, steps),
                Tensor.ofSignedBytes(perOutput, new byte[channels]), Tensor.ofIntegers(perOutput, integerBiases),
                Tensor.of(perOutput, biasSteps));
    }
}
