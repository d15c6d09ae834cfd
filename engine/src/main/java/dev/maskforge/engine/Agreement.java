package dev.maskforge.engine;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many pixels have the label that a reference gives them, by the reference's class.
///
/// A pixel is clear if its margin, 1 - second best / best score in the reference, exceeds [#MARGIN]; at the others the
/// reference is a coin's toss. Gates look at clear pixels, reports print both.
///
/// @param byClass counts of the classes that occur in the reference
public record Agreement(SortedMap<Integer, Counts> byClass) {
    public static final double MARGIN = 0.02;
    /// A reference with fewer classes than this says nothing: random weights give one class everywhere.
    public static final int FEWEST_CLASSES = 3;

    public Agreement {
        byClass = Collections.unmodifiableSortedMap(new TreeMap<>(byClass));
    }

    /// Pixels of one class, or of all.
    ///
    /// @param pixels      all
    /// @param equal       those with the reference's label
    /// @param clear       those with a margin
    /// @param clearEqual  those with a margin and the reference's label
    public record Counts(long pixels, long equal, long clear, long clearEqual) {
        public static final Counts NONE = new Counts(0, 0, 0, 0);

        public Counts plus(Counts other) {
            return new Counts(pixels + other.pixels, equal + other.equal, clear + other.clear, clearEqual + other.clearEqual);
        }

        /// The share of all pixels that agree, 0 to 1; NaN if there are none.
        public double ofAll() {
            return (double) equal / pixels;
        }

        /// The share of clear pixels that agree, 0 to 1; NaN if there are none.
        public double ofClear() {
            return (double) clearEqual / clear;
        }
    }

    /// What a check says.
    public enum Verdict {
        PASSED, FELL_SHORT, INCONCLUSIVE
    }

    /// Over all classes.
    public Counts total() {
        return byClass.values().stream().reduce(Counts.NONE, Counts::plus);
    }

    /// Of several pictures together.
    public Agreement plus(Agreement other) {
        SortedMap<Integer, Counts> sum = new TreeMap<>(byClass);
        other.byClass.forEach((label, counts) -> sum.merge(label, counts, Counts::plus));
        return new Agreement(sum);
    }

    /// Whether the reference can tell a good engine from a bad one: at least 3 classes, and half of the pixels clear.
    public boolean isConclusive() {
        Counts total = total();
        return byClass.size() >= FEWEST_CLASSES && 2 * total.clear() >= total.pixels();
    }

    /// Holds the share of clear pixels that agree against a gate.
    ///
    /// @param atLeast the share that passes, 0 to 1
    public Verdict verdict(double atLeast) {
        if (!isConclusive()) {
            return Verdict.INCONCLUSIVE;
        }
        return total().ofClear() >= atLeast ? Verdict.PASSED : Verdict.FELL_SHORT;
    }

    /// Such as `99.998 % of 131072 pixels, 100.000 % of 120000 clear ones, 12 classes`; says so if it is inconclusive.
    @Override
    public String toString() {
        Counts total = total();
        return "%s of %d pixels, %s of %d clear ones, %d classes%s".formatted(percent(total.equal(), total.pixels()), total.pixels(),
                percent(total.clearEqual(), total.clear()), total.clear(), byClass.size(), isConclusive() ? "" : " (inconclusive)");
    }

    /// Cut off, not rounded: 100.000 % means all.
    private static String percent(long part, long whole) {
        return whole == 0 ? "none" : "%.3f %%".formatted(Math.floor(100_000.0 * part / whole) / 1000);
    }
}
