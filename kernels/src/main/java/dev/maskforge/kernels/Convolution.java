package dev.maskforge.kernels;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Tensor;
import java.util.List;
import java.util.Optional;

/// A convolution with its weights, before it is known how large pictures are.
final class Convolution implements Kernels.Prepared {
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    static final int ADDEND = 3;

    private final FusedConv operation;
    private final ConvolutionWeights weights;
    /// An element for each filter, of groups that are full.
    private final float[] bias;

    private Convolution(FusedConv operation, ConvolutionWeights weights, float[] bias) {
        this.operation = operation;
        this.weights = weights;
        this.bias = bias;
    }

    /// @param constants by input; weight and bias are among them
    static Convolution of(FusedConv operation, List<Optional<Tensor>> constants) {
        Tensor weight = constants.get(WEIGHT).orElseThrow(() -> new IllegalArgumentException("the weight is not constant"));
        int filters = Math.toIntExact(weight.shape().get(0).size());
        float[] bias = new float[ConvolutionWeights.groups(filters) * VectorProduct.ROWS];
        if (constants.size() > BIAS) {
            Tensor offsets = constants.get(BIAS).orElseThrow(() -> new IllegalArgumentException("the bias is not constant"));
            System.arraycopy(offsets.toFloats(), 0, bias, 0, filters);
        }
        return new Convolution(operation, new ConvolutionWeights(weight), bias);
    }

    @Override
    public Kernel bind(Operation bound, List<Tensor> inputs, Tensor output, Scratch scratch) {
        Tensor x = inputs.getFirst();
        ConvolutionShape shape = ConvolutionShape.of(operation, x.shape(), inputs.get(WEIGHT).shape(), output.shape());
        Optional<Tensor> addend = inputs.size() > ADDEND ? Optional.of(inputs.get(ADDEND)) : Optional.empty();
        ConvolutionOutput results = new ConvolutionOutput(bias, addend, operation.activation() == FusedConv.Activation.RELU, output);
        return WinogradConvolution.pays(shape)
                ? new WinogradConvolution(shape, x, weights.tiles(), results, scratch)
                : new DirectConvolution(shape, x, weights.direct(), results, scratch);
    }
}
