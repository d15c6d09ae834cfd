package dev.maskforge.graph.reference;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Concat;
import dev.maskforge.graph.Operation.Expand;
import dev.maskforge.graph.Operation.Gather;
import dev.maskforge.graph.Operation.Range;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Operation.Sizes;
import dev.maskforge.graph.Operation.Slice;
import dev.maskforge.graph.Operation.Transpose;
import dev.maskforge.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertBooleans;
import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertLongs;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class MovementTest {
    private static final Tensor TWO_BY_THREE = floats(shape(2, 3), 1, 2, 3, 4, 5, 6);

    private static Slice slice(int axis, long start, long end) {
        return new Slice(axis, Dimension.of(start), Dimension.of(end));
    }

    @Test
    void reshapeKeepsTheOrder() {
        assertFloats(evaluate(new Reshape(shape(3, 2)), TWO_BY_THREE), shape(3, 2), 1, 2, 3, 4, 5, 6);
    }

    @Test
    void transposeMovesAxes() {
        assertFloats(evaluate(new Transpose(List.of(1, 0)), TWO_BY_THREE), shape(3, 2), 1, 4, 2, 5, 3, 6);
        Tensor cube = Tensor.of(shape(2, 2, 2), 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertLongs(evaluate(new Transpose(List.of(2, 0, 1)), cube), shape(2, 2, 2), 1, 3, 5, 7, 2, 4, 6, 8);
        assertLongs(evaluate(new Transpose(List.of(0, 2, 1)), cube), shape(2, 2, 2), 1, 3, 2, 4, 5, 7, 6, 8);
        Tensor mask = Tensor.of(shape(1, 2), true, false);
        assertBooleans(evaluate(new Transpose(List.of(1, 0)), mask), shape(2, 1), true, false);
    }

    @Test
    void concatAlongEachAxis() {
        Tensor column = floats(shape(2, 1), 10, 20);
        assertFloats(evaluate(new Concat(1), TWO_BY_THREE, column), shape(2, 4), 1, 2, 3, 10, 4, 5, 6, 20);
        Tensor row = floats(shape(1, 3), 7, 8, 9);
        assertFloats(evaluate(new Concat(0), row, TWO_BY_THREE, row), shape(4, 3), 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void sliceTakesARange() {
        assertFloats(evaluate(slice(1, 1, 3), TWO_BY_THREE), shape(2, 2), 2, 3, 5, 6);
        assertFloats(evaluate(slice(-2, 1, 2), TWO_BY_THREE), shape(1, 3), 4, 5, 6);
        assertFloats(evaluate(slice(1, 2, 2), TWO_BY_THREE), shape(2, 0));
        assertRefused("reaches 4 of 3", slice(1, 2, 4), TWO_BY_THREE);
        assertRefused("not within 3", slice(1, -1, 2), TWO_BY_THREE);
        assertRefused("backwards", slice(1, 2, 1), TWO_BY_THREE);
    }

    @Test
    void expandRepeats() {
        assertFloats(evaluate(new Expand(shape(2, 2, 2)), floats(shape(2, 1), 1, 2)), shape(2, 2, 2), 1, 1, 2, 2, 1, 1, 2, 2);
        assertRefused("broadcast", new Expand(shape(2, 2)), TWO_BY_THREE);
    }

    @Test
    void gatherReplacesTheAxis() {
        Tensor indices = Tensor.of(shape(2, 1), 2L, 0L);
        assertFloats(evaluate(new Gather(1), TWO_BY_THREE, indices), shape(2, 2, 1), 3, 1, 6, 4);
        assertFloats(evaluate(new Gather(0), TWO_BY_THREE, Tensor.of(shape(), -1L)), shape(3), 4, 5, 6);
        assertRefused("index 3 is not within 3", new Gather(1), TWO_BY_THREE, Tensor.of(shape(1), 3L));
        assertRefused("index -4 is not within 3", new Gather(1), TWO_BY_THREE, Tensor.of(shape(1), -4L));
    }

    @Test
    void rangeAndSizesAreNumbers() {
        assertLongs(evaluate(new Range(Dimension.of(3))), shape(3), 0, 1, 2);
        assertLongs(evaluate(new Range(Dimension.ZERO)), shape(0));
        assertLongs(evaluate(new Sizes(List.of(Dimension.of(7), Dimension.of(5)))), shape(2), 7, 5);
        assertRefused("only at run time", new Sizes(List.of(Dimension.symbol("h"))));
    }
}
