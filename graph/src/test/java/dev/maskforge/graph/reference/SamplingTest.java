package dev.maskforge.graph.reference;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.GridSample;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Tensor;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class SamplingTest {
    private static final Tensor MAP = floats(shape(1, 1, 2, 2), 1, 2, 3, 4);

    private static Resize bilinear(long height, long width) {
        return new Resize(Resize.Mode.BILINEAR, Dimension.of(height), Dimension.of(width));
    }

    private static Resize nearest(long height, long width) {
        return new Resize(Resize.Mode.NEAREST, Dimension.of(height), Dimension.of(width));
    }

    /// Twice as wide, the positions are -0.25 (clamped), 0.25, 0.75, 1.25 (clamped).
    @Test
    void bilinearHasHalfPixelCentresAndClamps() {
        assertFloats(evaluate(bilinear(2, 4), MAP), shape(1, 1, 2, 4), 1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4);
        assertFloats(evaluate(bilinear(4, 1), MAP), shape(1, 1, 4, 1), 1.5, 2, 3, 3.5);
    }

    @Test
    void bilinearWithoutAntialiasingSkipsPixels() {
        Tensor row = floats(shape(1, 1, 1, 6), 0, 1, 2, 3, 4, 5);
        assertFloats(evaluate(bilinear(1, 2), row), shape(1, 1, 1, 2), 1, 4);
    }

    @Test
    void onePixelBecomesAMap() {
        Tensor pixel = floats(shape(1, 2, 1, 1), 7, 8);
        assertFloats(evaluate(bilinear(1, 3), pixel), shape(1, 2, 1, 3), 7, 7, 7, 8, 8, 8);
        assertFloats(evaluate(nearest(2, 1), pixel), shape(1, 2, 2, 1), 7, 7, 8, 8);
        assertRefused("without pixels", bilinear(1, 1), floats(shape(1, 1, 0, 1)));
        assertRefused("without pixels", nearest(1, 1), floats(shape(1, 1, 0, 1)));
    }

    /// floor(i · 3 / 5) = 0, 0, 1, 1, 2; rounding to the nearest would give 0, 1, 1, 2, 2.
    @Test
    void nearestTakesTheFloor() {
        Tensor row = floats(shape(1, 1, 1, 3), 1, 2, 3);
        assertFloats(evaluate(nearest(1, 5), row), shape(1, 1, 1, 5), 1, 1, 2, 2, 3);
        assertFloats(evaluate(nearest(1, 2), row), shape(1, 1, 1, 2), 1, 2);
        assertFloats(evaluate(nearest(3, 2), MAP), shape(1, 1, 3, 2), 1, 2, 1, 2, 3, 4);
    }

    private static void assertSample(double x, double y, double expected) {
        assertFloats(evaluate(new GridSample(), MAP, floats(shape(1, 1, 1, 2), x, y)), shape(1, 1, 1, 1), expected);
    }

    /// -0.5 and 0.5 are the centres of two pixels, -1 and 1 their outer edges.
    @Test
    void gridSampleMeasuresFromEdgeToEdge() {
        assertSample(-0.5, -0.5, 1);
        assertSample(0.5, -0.5, 2);
        assertSample(-0.5, 0.5, 3);
        assertSample(0, 0, 2.5);
    }

    @Test
    void gridSampleSeesZerosOutside() {
        assertSample(-1, -0.5, 0.5);
        assertSample(1, 1, 1);
        assertSample(-1.5, 0, 0);
        assertSample(40, 40, 0);
        assertSample(1e30, -1e30, 0);
        assertSample(Double.POSITIVE_INFINITY, 0, 0);
        assertSample(Double.NaN, 0, Double.NaN);
    }

    @Test
    void gridSampleOfChannelsAndPictures() {
        Tensor x = floats(shape(2, 2, 1, 1), 1, 2, 3, 4);
        Tensor grid = floats(shape(2, 1, 2, 2), 0, 0, 1, 0, 0, 0, 0, -1);
        assertFloats(evaluate(new GridSample(), x, grid), shape(2, 2, 1, 2), 1, 0.5, 2, 1, 3, 1.5, 4, 2);
    }
}
