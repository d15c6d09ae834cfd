package dev.maskforge.evaluation;

import dev.maskforge.vision.LabelMap;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class ConfusionMatrixTest {
    private static final int IGNORED = 255;

    private static LabelMap row(int... labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return LabelMap.ofBytes(bytes, 1, labels.length);
    }

    @Test
    void countsPixelsByTrueAndPredictedClass() {
        ConfusionMatrix matrix = ConfusionMatrix.ofClasses(3);
        matrix.add(row(0, 0, 1, 2, 1), row(0, 1, 1, 2, IGNORED), IGNORED);

        assertEquals(1, matrix.count(0, 0));
        assertEquals(1, matrix.count(1, 0));
        assertEquals(1, matrix.count(1, 1));
        assertEquals(4, matrix.pixels());
        assertEquals(OptionalDouble.of(0.5), matrix.intersectionOverUnion(0));
        assertEquals(OptionalDouble.of(0.5), matrix.intersectionOverUnion(1));
        assertEquals(OptionalDouble.of(1), matrix.intersectionOverUnion(2));
        assertEquals(OptionalDouble.of((0.5 + 0.5 + 1) / 3), matrix.meanIntersectionOverUnion());
        assertEquals(OptionalDouble.of(0.75), matrix.pixelAccuracy());
        assertEquals(OptionalDouble.of((1 + 0.5 + 1) / 3), matrix.meanAccuracy());
    }

    @Test
    void meansLeaveOutClassesThatDoNotOccur() {
        ConfusionMatrix matrix = ConfusionMatrix.ofClasses(4);
        matrix.add(row(0, 0, 2), row(0, 0, 0), IGNORED);

        assertEquals(OptionalDouble.empty(), matrix.intersectionOverUnion(1));
        assertEquals(OptionalDouble.of(0), matrix.intersectionOverUnion(2), "predicted but never true");
        assertEquals(OptionalDouble.of((2 / 3.0 + 0) / 2), matrix.meanIntersectionOverUnion());
        assertEquals(OptionalDouble.of(2 / 3.0), matrix.meanAccuracy());
    }

    @Test
    void withoutPixelsThereIsNoScore() {
        ConfusionMatrix matrix = ConfusionMatrix.ofClasses(2);
        matrix.add(row(0, 1), row(IGNORED, IGNORED), IGNORED);

        assertEquals(OptionalDouble.empty(), matrix.meanIntersectionOverUnion());
        assertEquals(OptionalDouble.empty(), matrix.meanAccuracy());
        assertEquals(OptionalDouble.empty(), matrix.pixelAccuracy());
    }

    @Test
    void aPredictionOfNoClassIsAMiss() {
        ConfusionMatrix matrix = ConfusionMatrix.ofClasses(2);
        matrix.add(row(0, 77, IGNORED), row(0, 0, 1), IGNORED);

        assertEquals(OptionalDouble.of(0.5), matrix.intersectionOverUnion(0));
        assertEquals(1, matrix.count(0, 2));
        assertEquals(OptionalDouble.of(0), matrix.intersectionOverUnion(1));
    }

    @Test
    void joinedCountsAreThoseOfAllPictures() {
        ConfusionMatrix one = ConfusionMatrix.ofClasses(2);
        one.add(row(0, 1), row(0, 0), IGNORED);
        ConfusionMatrix other = ConfusionMatrix.ofClasses(2);
        other.add(row(1, 1), row(1, 1), IGNORED);
        one.add(other);

        assertEquals(OptionalDouble.of(0.5), one.intersectionOverUnion(0));
        assertEquals(OptionalDouble.of(2 / 3.0), one.intersectionOverUnion(1));
        assertThrows(IllegalArgumentException.class, () -> one.add(ConfusionMatrix.ofClasses(3)));
    }

    @Test
    void refusesWhatDoesNotFitAndCountsNothingOfIt() {
        ConfusionMatrix matrix = ConfusionMatrix.ofClasses(2);

        assertThrows(IllegalArgumentException.class, () -> matrix.add(row(0, 1), row(0), IGNORED));
        assertThrows(IllegalArgumentException.class, () -> matrix.add(row(0, 1), row(0, 2), IGNORED));
        assertThrows(IllegalArgumentException.class, () -> ConfusionMatrix.ofClasses(0));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.intersectionOverUnion(2));
        assertEquals(0, matrix.pixels());
    }
}
