package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.MaxPool;
import dev.maskforge.graph.Tensor;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class WindowsTest {
    private static final Tensor MAP = floats(shape(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
    private static final Tensor NUMBERED = floats(shape(1, 1, 3, 3), 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8);

    @Test
    void theKernelIsNotFlipped() {
        assertFloats(evaluate(new Conv(1, 0, 1, 1), MAP, NUMBERED), shape(1, 1, 1, 1), 987654321.0);
    }

    @Test
    void zerosLieAround() {
        Tensor ones = floats(shape(1, 1, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertFloats(evaluate(new Conv(1, 1, 1, 1), MAP, ones), shape(1, 1, 3, 3), 12, 21, 16, 27, 45, 33, 24, 39, 28);
    }

    @Test
    void strideSkipsAndBiasIsAdded() {
        Tensor ones = floats(shape(1, 1, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertFloats(evaluate(new Conv(2, 1, 1, 1), MAP, ones, floats(shape(1), 0.5)), shape(1, 1, 2, 2), 12.5, 16.5, 24.5, 28.5);
    }

    @Test
    void dilationSpreadsTheKernel() {
        Tensor corners = floats(shape(1, 1, 2, 2), 1, 10, 100, 1000);
        assertFloats(evaluate(new Conv(1, 0, 2, 1), MAP, corners), shape(1, 1, 1, 1), 9731);
    }

    /// The kernel reaches over the map from both sides: only its middle falls on the pixel.
    @Test
    void aMapOfOnePixel() {
        Tensor pixel = floats(shape(1, 1, 1, 1), 2);
        assertFloats(evaluate(new Conv(1, 1, 1, 1), pixel, NUMBERED), shape(1, 1, 1, 1), 2e4);
        assertFloats(evaluate(new Conv(2, 2, 2, 1), pixel, NUMBERED), shape(1, 1, 1, 1), 2e4);
    }

    @Test
    void groupsDoNotMix() {
        Tensor x = floats(shape(1, 4, 1, 1), 1, 2, 3, 4);
        Tensor weight = floats(shape(2, 2, 1, 1), 1, 10, 100, 1000);
        assertFloats(evaluate(new Conv(1, 0, 1, 2), x, weight), shape(1, 2, 1, 1), 21, 4300);
    }

    @Test
    void pointwiseConvolutionMixesChannelsOfEachPicture() {
        Tensor x = floats(shape(2, 2, 1, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor weight = floats(shape(1, 2, 1, 1), 1, 10);
        assertFloats(evaluate(new Conv(1, 0, 1, 1), x, weight), shape(2, 1, 1, 2), 31, 42, 75, 86);
        assertFloats(evaluate(new Conv(2, 0, 1, 1), x, weight), shape(2, 1, 1, 1), 31, 75);
    }

    @Test
    void whatFollowsAConvolutionComesAfterItsBias() {
        Tensor x = floats(shape(1, 1, 1, 3), 1, 2, 3);
        Tensor weight = floats(shape(2, 1, 1, 1), 10, -10);
        Tensor bias = floats(shape(2), -20, 20);
        Tensor addend = floats(shape(1, 2, 1, 3), 11, -1, -10, -10, 3, 12);
        FusedConv plain = new FusedConv(1, 0, 1, 1, Activation.NONE);
        FusedConv rectified = new FusedConv(1, 0, 1, 1, Activation.RELU);
        assertFloats(evaluate(plain, x, weight), shape(1, 2, 1, 3), 10, 20, 30, -10, -20, -30);
        assertFloats(evaluate(rectified, x, weight), shape(1, 2, 1, 3), 10, 20, 30, 0, 0, 0);
        assertFloats(evaluate(rectified, x, weight, bias), shape(1, 2, 1, 3), 0, 0, 10, 10, 0, 0);
        assertFloats(evaluate(plain, x, weight, bias, addend), shape(1, 2, 1, 3), 1, -1, 0, 0, 3, 2);
        assertFloats(evaluate(rectified, x, weight, bias, addend), shape(1, 2, 1, 3), 1, 0, 0, 0, 3, 2);
    }

    /// 2²⁴ + 1 is no float32: a convolution gives 2²⁴, and what is added to that is rounded again, where a sum of all would be
    /// 2²⁴ + 2.
    @Test
    void aConvolutionIsRoundedBeforeWhatFollows() {
        Tensor x = floats(shape(1, 1, 1, 1), 1);
        Tensor large = floats(shape(1, 1, 1, 1), 1 << 24);
        assertFloats(evaluate(new FusedConv(1, 0, 1, 1, Activation.RELU), x, large, floats(shape(1), 1), x), shape(1, 1, 1, 1), 1 << 24);
    }

    @Test
    void aKernelLargerThanTheMapIsRefused() {
        assertRefused("negative size", new Conv(1, 0, 1, 1), floats(shape(1, 1, 1, 1), 1), NUMBERED);
        assertRefused("divide", new Conv(0, 0, 1, 1), MAP, NUMBERED);
        assertRefused("at least 1", new Conv(1, 0, 0, 1), MAP, NUMBERED);
    }

    @Test
    void maximumOfWindows() {
        assertFloats(evaluate(new MaxPool(2, 1, 0), MAP), shape(1, 1, 2, 2), 5, 6, 8, 9);
        Tensor negative = floats(shape(1, 1, 2, 2), -1, -2, -3, -4);
        assertFloats(evaluate(new MaxPool(3, 2, 1), negative), shape(1, 1, 1, 1), -1);
        Tensor holed = floats(shape(1, 1, 1, 2), Double.NaN, 1);
        assertFloats(evaluate(new MaxPool(1, 1, 0), holed), shape(1, 1, 1, 2), Double.NaN, 1);
        assertRefused("padding 2", new MaxPool(3, 1, 2), MAP);
    }

    @Test
    void maximumPerMap() {
        Tensor x = floats(shape(2, 2, 1, 2), 1, 2, 4, 3, 5, 6, 8, 7);
        assertFloats(evaluate(new MaxPool(2, 2, 1), x), shape(2, 2, 1, 2), 1, 2, 4, 3, 5, 6, 8, 7);
    }
}
