package dev.maskforge.vision;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.SemanticInference.Resampled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LabelsWithMarginsTest {
    /// The same float32 scores on both ways, so the same margins, but for the order of one division.
    private static final double TOLERANCE = 1e-6;

    @ParameterizedTest
    @MethodSource("dev.maskforge.vision.SemanticInferenceTest#cases")
    void areThoseOfTheScores(SemanticInferenceTest.Case test) {
        Geometry geometry = test.geometry();
        int height = geometry.originalHeight();
        int width = geometry.originalWidth();
        for (Resampled resampled : Resampled.values()) {
            SemanticInference inference = new SemanticInference(Workers.callerOnly(), resampled);
            int classes = test.outputs().classes();
            Tensor scores = Tensor.of(Shape.of(classes, height, width), new float[classes * height * width]);
            inference.scores(test.outputs(), 0, geometry, scores);
            LabelsWithMargins expected = LabelsWithMargins.ofScores(scores.reshape(Shape.of(1, classes, height, width)), 0, height, width);

            LabelsWithMargins actual = inference.labelsWithMargins(test.outputs(), 0, geometry);
            assertEquals(inference.labels(test.outputs(), 0, geometry), actual.labels());
            assertEquals(expected.labels(), actual.labels());
            assertArrayEquals(expected.margins().toFloats(), actual.margins().toFloats(), (float) TOLERANCE);
        }
    }

    @Test
    void marginsAreRelativeToTheBest() {
        Tensor scores = Tensor.of(Shape.of(2, 3, 1, 2), 9, 9, 9, 9, 9, 9, 0.4f, 1, 0.1f, 1, 0, 0.5f);
        LabelsWithMargins second = LabelsWithMargins.ofScores(scores, 1, 1, 2);
        assertEquals(LabelMap.ofBytes(new byte[]{0, 0}, 1, 2), second.labels());
        assertArrayEquals(new float[]{0.75f, 0}, second.margins().toFloats());
    }

    @Test
    void thePartIsTheUpperLeft() {
        Tensor scores = Tensor.of(Shape.of(1, 2, 2, 3), 1f, 0, 9, 0, 1, 9, 0, 1, 9, 1, 0, 9);
        assertEquals(LabelMap.ofBytes(new byte[]{0, 1, 1, 0}, 2, 2), LabelsWithMargins.ofScores(scores, 0, 2, 2).labels());
        assertThrows(IllegalArgumentException.class, () -> LabelsWithMargins.ofScores(scores, 0, 3, 2));
        assertThrows(IllegalArgumentException.class, () -> LabelsWithMargins.ofScores(scores, 1, 2, 2));
    }

    @Test
    void scoresThatAreNoneLeaveNoMargin() {
        Tensor scores = Tensor.of(Shape.of(1, 2, 1, 4), Float.NaN, 1, -1, 0, Float.NaN, Float.NaN, -2, 0);
        assertArrayEquals(new float[4], LabelsWithMargins.ofScores(scores, 0, 1, 4).margins().toFloats());
    }

    @Test
    void oneClassIsSure() {
        Tensor scores = Tensor.of(Shape.of(1, 1, 1, 1), 0.3f);
        assertEquals(1, LabelsWithMargins.ofScores(scores, 0, 1, 1).margins().toFloats()[0]);
    }

    @Test
    void aPictureThatIsResizedStaysAsItIs() {
        Preprocessing preprocessing = Preprocessing.official(new ResizeRule.ShortestEdge(800, 1333));
        for (int[] size : new int[][]{{500, 1500}, {480, 640}, {1333, 411}, {7, 1000}, {900, 900}}) {
            Geometry geometry = preprocessing.geometry(size[0], size[1]);
            Geometry again = preprocessing.geometry(geometry.resizedHeight(), geometry.resizedWidth());
            assertTrue(again.isIdentity(), size[0] + "x" + size[1]);
        }
        RgbImage small = RgbImage.ofRgb(new byte[3 * 4 * 6], 4, 6);
        RgbImage resized = Preprocessing.official(new ResizeRule.FitInside(32, 64)).resized(small);
        assertEquals("RGB picture 32x48", resized.toString());
    }
}
