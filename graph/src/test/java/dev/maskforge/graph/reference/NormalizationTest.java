package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.BatchNormalization;
import dev.maskforge.graph.Operation.GroupNormalization;
import dev.maskforge.graph.Operation.InstanceNormalization;
import dev.maskforge.graph.Operation.LayerNormalization;
import dev.maskforge.graph.Tensor;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class NormalizationTest {
    private static final Tensor SCALE = floats(shape(2), 1, 10);
    private static final Tensor BIAS = floats(shape(2), 0, 5);

    /// Mean 1 and 2, variance 4 - 0.25 and 1 - 0.25: with epsilon 0.25 the deviations are 2 and 1.
    @Test
    void batchNormalizationTakesItsStatistics() {
        Tensor x = floats(shape(2, 2, 2), 3, 1, 4, 2, -1, 1, 0, 2);
        Tensor mean = floats(shape(2), 1, 2);
        Tensor variance = floats(shape(2), 3.75, 0.75);
        assertFloats(evaluate(new BatchNormalization(0.25f), x, SCALE, BIAS, mean, variance), shape(2, 2, 2), 1, 0, 25, 5, -1, 0, -15, 5);
    }

    /// Each channel of each picture is ±1 around its mean; the variance over n with epsilon 3 is 4.
    @Test
    void instanceNormalizationIsPerPictureAndChannel() {
        Tensor x = floats(shape(2, 2, 1, 2), 1, 3, 11, 13, 101, 103, 201, 203);
        assertFloats(evaluate(new InstanceNormalization(3), x, SCALE, BIAS), shape(2, 2, 1, 2), -0.5, 0.5, 0, 10, -0.5, 0.5, 0, 10);
    }

    /// (2, 2, 6, 6) has mean 4, variance 4.
    @Test
    void groupNormalizationJoinsChannels() {
        Tensor x = floats(shape(1, 2, 2), 2, 2, 6, 6);
        assertFloats(evaluate(new GroupNormalization(1, 0), x, SCALE, BIAS), shape(1, 2, 2), -1, -1, 15, 15);
        Tensor four = floats(shape(1, 4), 1, 3, 10, 30);
        Tensor ones = floats(shape(4), 1, 1, 1, 1);
        Tensor zeros = floats(shape(4), 0, 0, 0, 0);
        assertFloats(evaluate(new GroupNormalization(2, 0), four, ones, zeros), shape(1, 4), -1, 1, -1, 1);
        assertRefused("do not divide into 3 groups", new GroupNormalization(3, 0), x, SCALE, BIAS);
    }

    @Test
    void layerNormalizationIsPerRow() {
        Tensor x = floats(shape(2, 2), 1, 3, 100, 106);
        assertFloats(evaluate(new LayerNormalization(0), x, SCALE, BIAS), shape(2, 2), -1, 15, -1, 15);
    }

    /// In float32 the squares of numbers around 1e4 lose the variance 1.
    @Test
    void statisticsRunInDouble() {
        Tensor x = floats(shape(1, 2), 9999, 10001);
        assertFloats(evaluate(new LayerNormalization(0), x, SCALE, BIAS), shape(1, 2), -1, 15);
    }

    @Test
    void aConstantRowGivesTheBias() {
        assertFloats(evaluate(new LayerNormalization(1e-5f), floats(shape(1, 2), 7, 7), SCALE, BIAS), shape(1, 2), 0, 5);
    }
}
