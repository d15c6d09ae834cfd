package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Tensor;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class LinearAlgebraTest {
    @Test
    void matricesMultiply() {
        Tensor a = floats(shape(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor b = floats(shape(3, 2), 1, 0, 0, 1, 1, 1);
        assertFloats(evaluate(new MatMul(), a, b), shape(2, 2), 4, 5, 10, 11);
    }

    @Test
    void leadingAxesAreBroadcast() {
        Tensor a = floats(shape(2, 1, 1, 2), 1, 2, 3, 4);
        Tensor b = floats(shape(3, 2, 1), 1, 1, 10, 10, 1, 0);
        assertFloats(evaluate(new MatMul(), a, b), shape(2, 3, 1, 1), 3, 30, 1, 7, 70, 3);
        Tensor shared = floats(shape(2, 1), 1, 10);
        assertFloats(evaluate(new MatMul(), a, shared), shape(2, 1, 1, 1), 21, 43);
    }

    /// 1e8 + 1 - 1e8 is 0 in float32.
    @Test
    void sumsRunInDouble() {
        Tensor a = floats(shape(1, 3), 1e8, 1, -1e8);
        assertFloats(evaluate(new MatMul(), a, floats(shape(3, 1), 1, 1, 1)), shape(1, 1), 1);
    }

    @Test
    void zeroTimesInfinityIsNotANumber() {
        Tensor a = floats(shape(1, 1), 0);
        assertFloats(evaluate(new MatMul(), a, floats(shape(1, 1), Double.POSITIVE_INFINITY)), shape(1, 1), Double.NaN);
    }

    @Test
    void anEmptySumIsZero() {
        assertFloats(evaluate(new MatMul(), floats(shape(2, 0)), floats(shape(0, 1))), shape(2, 1), 0, 0);
        assertFloats(evaluate(new Linear(), floats(shape(0, 2)), floats(shape(3, 2), 1, 2, 3, 4, 5, 6)), shape(0, 3));
    }

    @Test
    void feedForwardNetworksRectifyBetweenTheirProducts() {
        Tensor x = floats(shape(2, 1), 1, -2);
        Tensor weight = floats(shape(1, 3), 1, -1, 2);
        Tensor outerWeight = floats(shape(3, 2), 1, 10, 2, 20, 3, 30);
        // Hidden: max(0, [1, 2, 3]) and max(0, [-2, 5, -3]).
        Tensor bias = floats(shape(3), 0, 3, 1);
        assertFloats(evaluate(new FeedForward(), x, weight, bias, outerWeight, floats(shape(2), -1, 1)), shape(2, 2), 13, 141, 9, 101);
    }

    /// 2²⁴ + 1 is no float32: a product gives 2²⁴, and the bias is added to that, where a sum of all would be 2²⁴ + 2.
    @Test
    void productsOfFeedForwardNetworksAreRoundedBeforeTheirBias() {
        Tensor ones = floats(shape(1, 2), 1, 1);
        Tensor weight = floats(shape(2, 1), 1 << 24, 1);
        Tensor one = floats(shape(1, 1), 1);
        assertFloats(evaluate(new FeedForward(), ones, weight, floats(shape(1), 1), one, floats(shape(1), 0)), shape(1, 1), 1 << 24);
    }

    @Test
    void linearHasAWeightRowForEachOutput() {
        Tensor x = floats(shape(1, 2, 2), 1, 2, 3, 4);
        Tensor weight = floats(shape(3, 2), 1, 0, 0, 1, 1, 1);
        assertFloats(evaluate(new Linear(), x, weight), shape(1, 2, 3), 1, 2, 3, 3, 4, 7);
        Tensor bias = floats(shape(3), 10, 20, 30);
        assertFloats(evaluate(new Linear(), x, weight, bias), shape(1, 2, 3), 11, 22, 33, 13, 24, 37);
    }

    @Test
    void otherTypesAreRefused() {
        Tensor numbers = Tensor.of(shape(1, 1), 1L);
        assertRefused("takes float32", new MatMul(), numbers, numbers);
    }
}
