package dev.maskforge.kernels;

import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Shape;

/// The sizes of a convolution of one group, all known: `[pictures, channels, height, width]` to
/// `[pictures, filters, outputHeight, outputWidth]`.
record ConvolutionShape(int pictures, int channels, int height, int width, int filters, int outputHeight, int outputWidth, int kernelHeight,
        int kernelWidth, int stride, int padding, int dilation) {

    /// @param x      of the input
    /// @param weight `[M, C, kH, kW]`
    /// @param output of the result
    /// @throws ArithmeticException if a picture's input or output, or a panel of what is multiplied, has more elements than an
    ///                             array
    static ConvolutionShape of(FusedConv operation, Shape x, Shape weight, Shape output) {
        ConvolutionShape shape = new ConvolutionShape(size(x, 0), size(x, 1), size(x, 2), size(x, 3), size(output, 1), size(output, 2),
                size(output, 3), size(weight, 2), size(weight, 3), operation.stride(), operation.padding(), operation.dilation());
        Math.multiplyExact(Math.multiplyExact(shape.channels, shape.height), shape.width);
        Math.multiplyExact(Math.multiplyExact(shape.filters, shape.outputHeight), shape.outputWidth);
        Math.multiplyExact(shape.filters, shape.depth());
        shape.requirePanels();
        return shape;
    }

    /// A panel, and what Winograd's panels of points are padded with, are indexed by an int.
    private void requirePanels() {
        Math.toIntExact((depth() + (long) kernelHeight * kernelWidth) * VectorProduct.COLUMNS);
        if (hasTiles()) {
            Math.toIntExact((channels + 1L) * WinogradTransform.POINTS * VectorProduct.COLUMNS);
        }
    }

    private static int size(Shape shape, int axis) {
        return Math.toIntExact(shape.get(axis).size());
    }

    /// Elements of a picture's map.
    int pixels() {
        return height * width;
    }

    /// Elements of a result's map.
    int outputPixels() {
        return outputHeight * outputWidth;
    }

    /// What a single result is a sum of.
    int depth() {
        return Math.multiplyExact(channels, Math.multiplyExact(kernelHeight, kernelWidth));
    }

    /// Whether each result is of the one pixel that lies where it lies.
    boolean isPointwise() {
        return kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0;
    }

    /// Whether [WinogradConvolution] is for it.
    boolean hasTiles() {
        return kernelHeight == 3 && kernelWidth == 3 && stride == 1 && dilation == 1;
    }
}
