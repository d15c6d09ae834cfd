package dev.maskforge.engine;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many pixels have the label that a reference gives them, by the reference's class, and which label the others have.
///
/// A pixel is clear if its [margin][dev.maskforge.graph.reference.Margin], 1 - second best / best score in the reference,
/// exceeds [#MARGIN]; at the others the reference is a coin's toss. Gates look at clear pixels, reports print both.
///
/// Counted pixel by pixel with an [AgreementCounter], or from tensors by [dev.maskforge.engine.Comparator].
///
/// @param byClass    counts of the classes that occur in the reference
/// @param confusions the disagreeing pixels by both labels, the most first
public record Agreement(SortedMap<Integer, Counts> byClass, List<Confusion> confusions) {
    public static final double MARGIN = 0.02;
    /// A reference with fewer classes than this says nothing: random weights give one class everywhere.
    public static final int FEWEST_CLASSES = 3;
    /// The other's label where it gives a pixel no class.
    public static final int NO_CLASS = -1;
    private static final Comparator<Confusion> MOST_FIRST = Comparator.comparingLong(Confusion::pixels).reversed()
            .thenComparingInt(Confusion::reference).thenComparingInt(Confusion::other);

    /// Of no pixels at all.
    public static final Agreement NONE = new Agreement(new TreeMap<>(), List.of());

    /// @throws IllegalArgumentException if the confusions are not of as many pixels as disagree
    public Agreement {
        byClass = Collections.unmodifiableSortedMap(new TreeMap<>(byClass));
        confusions = confusions.stream().sorted(MOST_FIRST).toList();
        Counts total = total(byClass);
        if (confusions.stream().mapToLong(Confusion::pixels).sum() != total.pixels() - total.equal()
                || confusions.stream().mapToLong(Confusion::clear).sum() != total.clear() - total.clearEqual()) {
            throw new IllegalArgumentException("the confusions " + confusions + " are not of all pixels that disagree in " + byClass);
        }
    }

    /// Pixels that disagree in one way.
    ///
    /// @param reference the reference's label
    /// @param other     the other's, or [#NO_CLASS]
    /// @param pixels    all
    /// @param clear     those with a margin
    public record Confusion(int reference, int other, long pixels, long clear) {
        private Confusion plus(Confusion more) {
            return new Confusion(reference, other, pixels + more.pixels, clear + more.clear);
        }
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
        PASSED, FELL_SHORT, INCONCLUSIVE;

        /// Such as `fell short`.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /// Over all classes.
    public Counts total() {
        return total(byClass);
    }

    private static Counts total(SortedMap<Integer, Counts> byClass) {
        return byClass.values().stream().reduce(Counts.NONE, Counts::plus);
    }

    /// Of several pictures together.
    public Agreement plus(Agreement other) {
        SortedMap<Integer, Counts> sum = new TreeMap<>(byClass);
        other.byClass.forEach((label, counts) -> sum.merge(label, counts, Counts::plus));
        Map<List<Integer>, Confusion> confused = new HashMap<>();
        for (Agreement each : List.of(this, other)) {
            each.confusions.forEach(
                    confusion -> confused.merge(List.of(confusion.reference(), confusion.other()), confusion, Confusion::plus));
        }
        return new Agreement(sum, List.copyOf(confused.values()));
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
        return String.format(Locale.ROOT, "%s of %d pixels, %s of %d clear ones, %d classes%s", percent(total.equal(), total.pixels()),
                total.pixels(),
                percent(total.clearEqual(), total.clear()), total.clear(), byClass.size(), isConclusive() ? "" : " (inconclusive)");
    }

    /// Cut off, not rounded: 100.000 % means all.
    private static String percent(long part, long whole) {
        return whole == 0 ? "none" : String.format(Locale.ROOT, "%.3f %%", Math.floor(100_000.0 * part / whole) / 1000);
    }
}
