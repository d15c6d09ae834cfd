package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.ArgMax;
import dev.maskforge.graph.Operation.Reduce;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Softmax;
import dev.maskforge.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.assertLongs;
import static dev.maskforge.graph.reference.Evaluating.assertRefused;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;

class ReductionsTest {
    private static final Tensor CUBE = floats(shape(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);

    private static Reduce reduce(Reduction function, boolean keep, Integer... axes) {
        return new Reduce(function, List.of(axes), keep);
    }

    @Test
    void reductionsAlongAxes() {
        assertFloats(evaluate(reduce(Reduction.SUM, false, 1), CUBE), shape(2, 2), 4, 6, 12, 14);
        assertFloats(evaluate(reduce(Reduction.MEAN, true, -1), CUBE), shape(2, 2, 1), 1.5, 3.5, 5.5, 7.5);
        assertFloats(evaluate(reduce(Reduction.MAXIMUM, false, 0, 2), CUBE), shape(2), 6, 8);
        assertFloats(evaluate(reduce(Reduction.MINIMUM, true, 0), CUBE), shape(1, 2, 2), 1, 2, 3, 4);
        assertFloats(evaluate(reduce(Reduction.SUM, false, 0, 1, 2), CUBE), shape(), 36);
    }

    @Test
    void integersAndNothing() {
        Tensor numbers = Tensor.of(shape(2, 2), 1L, 2L, 3L, 4L);
        assertLongs(evaluate(reduce(Reduction.SUM, false, 0), numbers), shape(2), 4, 6);
        assertLongs(evaluate(reduce(Reduction.MAXIMUM, false, 1), numbers), shape(2), 2, 4);
        assertRefused("ReduceMean does not take int64", reduce(Reduction.MEAN, false, 0), numbers);
        assertFloats(evaluate(reduce(Reduction.SUM, false, 0), floats(shape(0, 1))), shape(1), 0);
        assertRefused("axis 0 is empty", reduce(Reduction.MAXIMUM, false, 0), floats(shape(0, 1)));
    }

    @Test
    void notANumberWins() {
        Tensor x = floats(shape(3), 1, Double.NaN, 3);
        assertFloats(evaluate(reduce(Reduction.MAXIMUM, false, 0), x), shape(), Double.NaN);
        assertFloats(evaluate(reduce(Reduction.MINIMUM, false, 0), x), shape(), Double.NaN);
        assertLongs(evaluate(new ArgMax(0), x), shape(), 1);
    }

    @Test
    void theFirstOfEqualsIsTheArgument() {
        Tensor x = floats(shape(2, 3), 1, 5, 5, 7, 7, 0);
        assertLongs(evaluate(new ArgMax(1), x), shape(2), 1, 0);
        assertLongs(evaluate(new ArgMax(0), x), shape(3), 1, 1, 0);
        assertRefused("is empty", new ArgMax(1), floats(shape(2, 0)));
    }

    @Test
    void softmaxAlongAnyAxis() {
        Tensor x = floats(shape(2, 2), 0, 1000, Math.log(3), 1000);
        assertFloats(evaluate(new Softmax(0), x), shape(2, 2), 0.25, 0.5, 0.75, 0.5);
        assertFloats(evaluate(new Softmax(-1), x), shape(2, 2), 0, 1, 0, 1);
    }

    @Test
    void softmaxOfNothingButNegativeInfinitiesIsNotANumber() {
        double blocked = Double.NEGATIVE_INFINITY;
        Tensor x = floats(shape(2, 2), blocked, blocked, blocked, 3);
        assertFloats(evaluate(new Softmax(1), x), shape(2, 2), Double.NaN, Double.NaN, 0, 1);
    }
}
