package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.ArgMax;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Operation.SemanticLabels;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static dev.maskforge.graph.reference.Evaluating.assertFloats;
import static dev.maskforge.graph.reference.Evaluating.evaluate;
import static dev.maskforge.graph.reference.Evaluating.floats;
import static dev.maskforge.graph.reference.Evaluating.shape;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class HeadsTest {
    private static final double LOG3 = Math.log(3);

    /// Class probabilities (1/4, 1/2, 1/4 nothing) and (0, 1, 0); masks sigmoid(0) and sigmoid(ln 3).
    @Test
    void semanticInferenceLeavesOutNothing() {
        Tensor classes = floats(shape(1, 2, 3), 0, Math.log(2), 0, -1000, 0, -1000);
        Tensor masks = floats(shape(1, 2, 1, 1), 0, LOG3);
        SemanticInference inference = new SemanticInference(Dimension.of(1), Dimension.of(2));
        assertFloats(evaluate(inference, classes, masks), shape(1, 2, 1, 2), 0.125, 0.125, 1, 1);
    }

    /// The logits are resized, not the probabilities: half way between ±1000 is 0, hence 1/2.
    @Test
    void semanticInferenceResizesLogits() {
        Tensor classes = floats(shape(1, 1, 2), 1000, 0);
        Tensor masks = floats(shape(1, 1, 1, 2), -1000, 1000);
        SemanticInference inference = new SemanticInference(Dimension.of(1), Dimension.of(3));
        assertFloats(evaluate(inference, classes, masks), shape(1, 1, 1, 3), 0, 0.5, 1);
    }

    @Test
    void semanticInferenceOfTwoPictures() {
        Tensor classes = floats(shape(2, 1, 2), 0, 0, 0, LOG3);
        Tensor masks = floats(shape(2, 1, 1, 1), 0, LOG3);
        SemanticInference inference = new SemanticInference(Dimension.of(1), Dimension.of(1));
        assertFloats(evaluate(inference, classes, masks), shape(2, 1, 1, 1), 0.25, 0.1875);
    }

    @Test
    void semanticLabelsAreTheBestOfTheScores() {
        SplittableRandom random = new SplittableRandom(3);
        Tensor classes = gaussian(shape(2, 7, 5), random);
        Tensor masks = gaussian(shape(2, 7, 3, 5), random);
        Tensor scores = evaluate(new SemanticInference(Dimension.of(11), Dimension.of(20)), classes, masks);
        Tensor best = Casts.cast(evaluate(new ArgMax(1), scores), DataType.UINT8);
        Tensor labels = evaluate(new SemanticLabels(Dimension.of(11), Dimension.of(20)), classes, masks);
        assertEquals(best.type(), labels.type());
        assertArrayEquals(best.toBytes(), labels.toBytes());
        assertEquals(4, new String(labels.toBytes(), StandardCharsets.ISO_8859_1).chars().distinct().count());
    }

    private static Tensor gaussian(Shape shape, SplittableRandom random) {
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (3 * random.nextGaussian());
        }
        return Tensor.of(shape, elements);
    }

    @Test
    void ofEqualScoresTheFirstClassIsTheLabel() {
        Tensor classes = floats(shape(1, 1, 4), 0, 5, 5, 0);
        assertArrayEquals(new byte[]{1}, labels(classes, floats(shape(1, 1, 1, 1), 2)).toBytes());
    }

    /// As in ArgMax: where a mask is not a number, no score is.
    @Test
    void whereNoScoreIsANumberTheFirstClassIsTheLabel() {
        Tensor classes = floats(shape(1, 1, 4), 0, 5, 7, 0);
        assertArrayEquals(new byte[]{0}, labels(classes, floats(shape(1, 1, 1, 1), Double.NaN)).toBytes());
    }

    @Test
    void manyClassesHaveWideLabels() {
        double[] logits = new double[301];
        logits[299] = 1;
        Tensor labels = labels(floats(shape(1, 1, 301), logits), floats(shape(1, 1, 1, 1), 2));
        assertEquals(DataType.INT32, labels.dataType());
        assertEquals(299, labels.memory().get(Tensor.INT32, 0));
    }

    private static Tensor labels(Tensor classes, Tensor masks) {
        return evaluate(new SemanticLabels(Dimension.ONE, Dimension.ONE), classes, masks);
    }
}
