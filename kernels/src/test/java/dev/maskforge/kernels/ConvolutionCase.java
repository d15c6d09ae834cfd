package dev.maskforge.kernels;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// A convolution of random numbers, whose results are about 1: what is convolved, and with what besides.
record ConvolutionCase(int pictures, int channels, int height, int width, int filters, int kernelHeight, int kernelWidth, int stride,
        int padding, int dilation, Extras extras) {
    /// What a result gets beside its products. An addend comes with a bias.
    enum Extras {
        NOTHING(2, FusedConv.Activation.NONE), RELU(2, FusedConv.Activation.RELU), BIAS(3, FusedConv.Activation.NONE), BIAS_RELU(3,
                FusedConv.Activation.RELU),
        ADDEND(4, FusedConv.Activation.NONE), ADDEND_RELU(4, FusedConv.Activation.RELU);

        private final int inputs;
        private final FusedConv.Activation activation;

        Extras(int inputs, FusedConv.Activation activation) {
            this.inputs = inputs;
            this.activation = activation;
        }

        static Extras inTurn(int number) {
            return values()[number % values().length];
        }
    }

    /// With as much padding as keeps the map's size.
    static ConvolutionCase same(int channels, int height, int width, int filters, int kernel, Extras extras) {
        return new ConvolutionCase(1, channels, height, width, filters, kernel, kernel, 1, kernel / 2, 1, extras);
    }

    FusedConv operation() {
        return new FusedConv(stride, padding, dilation, 1, extras.activation);
    }

    int depth() {
        return channels * kernelHeight * kernelWidth;
    }

    private static int windows(int size, int kernel, int stride, int padding, int dilation) {
        return Math.floorDiv(size + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1;
    }

    int outputHeight() {
        return windows(height, kernelHeight, stride, padding, dilation);
    }

    int outputWidth() {
        return windows(width, kernelWidth, stride, padding, dilation);
    }

    /// Whether a window fits at all.
    boolean hasResults() {
        return outputHeight() > 0 && outputWidth() > 0;
    }

    Shape output() {
        return Shape.of(pictures, filters, outputHeight(), outputWidth());
    }

    List<Tensor> inputs(Arena arena) {
        SplittableRandom random = new SplittableRandom(hashCode());
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(KernelsTest.gaussian(Shape.of(pictures, channels, height, width), 1, random, arena));
        inputs.add(KernelsTest.gaussian(Shape.of(filters, channels, kernelHeight, kernelWidth), 1 / Math.sqrt(depth()), random, arena));
        if (extras.inputs > 2) {
            inputs.add(KernelsTest.gaussian(Shape.of(filters), 1, random, arena));
        }
        if (extras.inputs > 3) {
            inputs.add(KernelsTest.gaussian(output(), 1, random, arena));
        }
        return inputs;
    }

    /// Seeds must not depend on the JVM, as the hash codes of enums do.
    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /// Of each result, the sum of its terms' magnitudes: what errors of rounding are relative to.
    float[] magnitudes(List<Tensor> inputs) {
        List<Tensor> absolute = inputs.stream().map(ConvolutionCase::absolute).toList();
        return Interpreter.evaluate(new FusedConv(stride, padding, dilation, 1, FusedConv.Activation.NONE), absolute).toFloats();
    }

    private static Tensor absolute(Tensor tensor) {
        float[] elements = tensor.toFloats();
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Math.abs(elements[i]);
        }
        return Tensor.of(tensor.shape(), elements);
    }

    /// The kernel that is chosen.
    Kernel kernel(Kernels kernels, List<Tensor> inputs, Tensor output) {
        Operation operation = operation();
        return kernels.prepare(operation, constants(inputs)).bind(operation, inputs, output, new Scratch());
    }

    private static List<Optional<Tensor>> constants(List<Tensor> inputs) {
        List<Optional<Tensor>> constants = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            constants.add(i == 1 || i == 2 ? Optional.of(inputs.get(i)) : Optional.empty());
        }
        return constants;
    }

    ConvolutionShape shape(List<Tensor> inputs) {
        return ConvolutionShape.of(operation(), inputs.getFirst().shape(), inputs.get(1).shape(), output());
    }

    /// Whatever would be chosen.
    Kernel direct(List<Tensor> inputs, Tensor output) {
        return new DirectConvolution(shape(inputs), inputs.getFirst(), new ConvolutionWeights(inputs.get(1)).direct(),
                results(inputs, output), new Scratch());
    }

    /// Whatever would be chosen; of 3x3 kernels without stride and dilation.
    Kernel winograd(List<Tensor> inputs, Tensor output) {
        return new WinogradConvolution(shape(inputs), inputs.getFirst(), new ConvolutionWeights(inputs.get(1)).tiles(),
                results(inputs, output), new Scratch());
    }

    private ConvolutionOutput results(List<Tensor> inputs, Tensor output) {
        float[] bias = new float[ConvolutionWeights.groups(filters) * VectorProduct.ROWS];
        if (inputs.size() > 2) {
            MemorySegment.copy(inputs.get(2).memory(), Tensor.FLOAT32, 0, bias, 0, filters);
        }
        Optional<Tensor> addend = inputs.size() > 3 ? Optional.of(inputs.get(3)) : Optional.empty();
        return new ConvolutionOutput(bias, addend, extras.activation == FusedConv.Activation.RELU, output);
    }
}
