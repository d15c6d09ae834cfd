package dev.maskforge.engine;

import dev.maskforge.engine.Agreement.Confusion;
import dev.maskforge.engine.Agreement.Counts;
import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ComparatorTest {
    private static Tensor row(float... elements) {
        return Tensor.of(Shape.of(elements.length), elements);
    }

    @Test
    void theErrorIsRelativeToTheLargestReference() {
        OutputError error = Comparator.error("masks", row(1, -4, 2), row(1, -4, 2.5f));
        assertEquals(0.5, error.largestDifference());
        assertEquals(4, error.largestReference());
        assertEquals(0.125, error.relative());
        assertEquals("masks: 1.3e-01 relative, 5.0e-01 absolute", error.toString());
    }

    @Test
    void textIsTheSameInEveryLocale() {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("masks: 1.3e-01 relative, 5.0e-01 absolute", new OutputError("masks", 0.5, 4).toString());
            assertTrue(agreed(Map.of(0, new Counts(1_000_000, 999_999, 0, 0))).toString().startsWith("99.999 % of"));
        } finally {
            Locale.setDefault(usual);
        }
    }

    @Test
    void whatIsNotANumberIsNeverClose() {
        float infinite = Float.POSITIVE_INFINITY;
        assertEquals(Double.POSITIVE_INFINITY, Comparator.error("y", row(1), row(Float.NaN)).relative());
        assertEquals(Double.POSITIVE_INFINITY, Comparator.error("y", row(Float.NaN, 1), row(1, 1)).relative());
        assertEquals(Double.POSITIVE_INFINITY, Comparator.error("y", row(infinite), row(-infinite)).relative());
        assertEquals(Double.POSITIVE_INFINITY, Comparator.error("y", row(0), row(1e-30f)).relative());
        assertEquals(0, Comparator.error("y", row(Float.NaN, infinite, 0), row(Float.NaN, infinite, -0f)).relative());
    }

    @Test
    void integersCompareToo() {
        Tensor a = Tensor.of(Shape.of(2), 3L, 4L);
        assertEquals(0.25, Comparator.error("labels", a, Tensor.of(Shape.of(2), 3L, 5L)).relative());
        assertEquals(1, Comparator.error("mask", Tensor.of(Shape.of(1), true), Tensor.of(Shape.of(1), false)).relative());
        assertThrows(IllegalArgumentException.class, () -> Comparator.error("labels", a, row(3, 4)));
        assertThrows(IllegalArgumentException.class, () -> Comparator.error("y", row(3, 4), row(3)));
    }

    @Test
    void allOutputsMustBeThere() {
        SequencedMap<String, Tensor> reference = new LinkedHashMap<>();
        reference.put("b", row(1));
        reference.put("a", row(2));
        assertEquals(List.of("b", "a"),
                Comparator.errors(reference, Map.of("a", row(2), "b", row(1))).stream().map(OutputError::output).toList());
        assertThrows(IllegalArgumentException.class, () -> Comparator.errors(reference, Map.of("a", row(2))));
    }

    /// Two pictures of two pixels, three classes: margins 1/2, 0.01, 1 and 0 (all equal: the first wins).
    private static final Tensor SCORES = Tensor.of(Shape.of(2, 3, 1, 2), 0.4f, 0.99f, 0.8f, 1, 0.1f, 0.2f, 0, 0.5f, 0, 0.5f, 3, 0.5f);

    @Test
    void agreementIsCountedByClassAndMargin() {
        Agreement same = Comparator.agreement(SCORES, Tensor.of(Shape.of(2, 1, 2), 1L, 1L, 2L, 0L));
        assertEquals(Map.of(0, new Counts(1, 1, 0, 0), 1, new Counts(2, 2, 1, 1), 2, new Counts(1, 1, 1, 1)), same.byClass());
        assertTrue(same.isConclusive());
        assertEquals(Verdict.PASSED, same.verdict(1));
        assertEquals("100.000 % of 4 pixels, 100.000 % of 2 clear ones, 3 classes", same.toString());
        Agreement other = Comparator.agreement(SCORES, Tensor.ofBytes(Shape.of(2, 1, 2), new byte[]{1, 0, (byte) 255, 0}));
        assertEquals(new Counts(4, 2, 2, 1), other.total());
        assertEquals(0.5, other.total().ofAll());
        assertEquals(0.5, other.total().ofClear());
        assertEquals(Verdict.FELL_SHORT, other.verdict(0.9));
        assertEquals(Verdict.PASSED, other.verdict(0.5));
        assertEquals(new Counts(8, 6, 4, 3), same.plus(other).total());
        assertEquals(List.of(), same.confusions());
        assertEquals(List.of(new Confusion(1, 0, 1, 0), new Confusion(2, 255, 1, 1)), other.confusions());
        assertEquals(List.of(new Confusion(1, 0, 2, 0), new Confusion(2, 255, 2, 2)), other.plus(same).plus(other).confusions());
    }

    @Test
    void confusionsAreCountedByBothLabelsTheMostFirst() {
        AgreementCounter counter = new AgreementCounter();
        counter.add(70_000, 70_000, true);
        counter.add(3, -5, false);
        for (int pixel = 0; pixel < 3; pixel++) {
            counter.add(3, 4, pixel > 0);
            counter.add(4, 3, false);
        }
        counter.add(3, -1, true);
        Agreement agreement = counter.agreement();
        assertEquals(List.of(new Confusion(3, 4, 3, 2), new Confusion(4, 3, 3, 0), new Confusion(3, Agreement.NO_CLASS, 2, 1)),
                agreement.confusions());
        assertEquals(Map.of(3, new Counts(5, 0, 3, 0), 4, new Counts(3, 0, 0, 0), 70_000, new Counts(1, 1, 1, 1)), agreement.byClass());
        assertEquals(agreement, agreement.plus(Agreement.NONE));
        assertThrows(IllegalArgumentException.class, () -> counter.add(-1, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Agreement(agreement.byClass(), List.of()));
    }

    @Test
    void theWorseOfTwoErrorsIsTheRelativelyLarger() {
        OutputError small = new OutputError("y", 3, 100);
        OutputError large = new OutputError("y", 1, 2);
        assertEquals(large, small.worse(large));
        assertEquals(large, large.worse(small));
    }

    @Test
    void scoresOfBothAgreeByTheirLabels() {
        assertEquals(new Counts(4, 4, 2, 2), Comparator.agreementOfScores(SCORES, SCORES).total());
    }

    private static Agreement agreed(Map<Integer, Counts> byClass) {
        List<Confusion> others = byClass.entrySet().stream()
                .filter(entry -> entry.getValue().equal() < entry.getValue().pixels())
                .map(entry -> new Confusion(entry.getKey(), Agreement.NO_CLASS, entry.getValue().pixels() - entry.getValue().equal(),
                        entry.getValue().clear() - entry.getValue().clearEqual()))
                .toList();
        return new Agreement(new TreeMap<>(byClass), others);
    }

    @Test
    void oneClassOrFewClearPixelsSayNothing() {
        Counts clear = new Counts(10, 10, 10, 10);
        Counts unclear = new Counts(10, 10, 0, 0);
        assertEquals(Verdict.INCONCLUSIVE, agreed(Map.of(0, clear, 1, clear)).verdict(0));
        assertEquals(Verdict.INCONCLUSIVE, agreed(Map.of(0, clear, 1, unclear, 2, unclear)).verdict(0));
        assertEquals(Verdict.PASSED, agreed(Map.of(0, clear, 1, clear, 2, unclear)).verdict(1));
        assertEquals(Verdict.INCONCLUSIVE, agreed(Map.of()).verdict(0));
    }

    @Test
    void almostAllIsNotAll() {
        assertTrue(agreed(Map.of(0, new Counts(1_000_000, 999_999, 0, 0))).toString().startsWith("99.999 % of"));
    }

    @Test
    void scoresThatAreNoneLeaveNoMargin() {
        Tensor broken = Tensor.of(Shape.of(1, 2, 1, 3), Float.NaN, 1, -1, 1, Float.NaN, -2);
        Agreement agreement = Comparator.agreement(broken, Tensor.of(Shape.of(1, 1, 3), 0L, 0L, 0L));
        assertEquals(0, agreement.total().clear());
        assertFalse(agreement.isConclusive());
    }

    /// What no query claims is not clear, however far its classes are apart by their ratio.
    @Test
    void faintScoresLeaveNoMargin() {
        Tensor faint = Tensor.of(Shape.of(1, 2, 1, 3), 1e-7f, 1e-3f, 1.1e-3f, 0, 0, 1e-3f);
        assertEquals(new Counts(3, 3, 1, 1), Comparator.agreement(faint, Tensor.of(Shape.of(1, 1, 3), 0L, 0L, 0L)).total());
    }

    @Test
    void labelsOfAnotherShapeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Comparator.agreement(SCORES, Tensor.of(Shape.of(2, 2, 1), 1L, 1L, 2L, 0L)));
        assertThrows(IllegalArgumentException.class, () -> Comparator.agreement(SCORES, row(1)));
        assertThrows(IllegalArgumentException.class, () -> Comparator.agreement(row(1), row(1)));
    }
}
