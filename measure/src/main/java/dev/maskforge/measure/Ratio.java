package dev.maskforge.measure;

/// How many times as fast as another a subject is, and how sure that is.
///
/// @param speedup the other's median over this one's: above 1, this one is faster
/// @param spread  how far apart the speed-ups of the single rounds lie, or how wide the 95 % intervals of both medians are to
///                either side, whichever is more, as a share
public record Ratio(double speedup, double spread) {
    /// Nobody notices less than this, and no machine repeats itself better from day to day.
    public static final double SMALLEST_DIFFERENCE = 0.05;

    public Ratio {
        if (!(speedup > 0 && Double.isFinite(speedup)) || !(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("a speed-up is positive and its spread not negative; not " + speedup + " and " + spread);
        }
    }

    /// Compares two series of the same rounds, turn by turn. What ran at other times can be compared too; then the spread
    /// does not know of what changed in between.
    ///
    /// @param first what the other is compared with
    public static Ratio of(Series first, Series other, Span span) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int round = 0; round < Math.min(first.rounds().size(), other.rounds().size()); round++) {
            double inRound = first.of(span, round).median() / other.of(span, round).median();
            least = Math.min(least, inRound);
            most = Math.max(most, inRound);
        }
        double speedup = first.of(span).median() / other.of(span).median();
        double ofRounds = (most - least) / speedup;
        return new Ratio(speedup, Math.max(ofRounds, uncertainty(first.of(span)) + uncertainty(other.of(span))));
    }

    /// To either side; of few runs nothing is known.
    private static double uncertainty(Latencies latencies) {
        return MedianInterval.of(latencies).map(interval -> interval.widthOf(latencies) / 2).orElse(0.0);
    }

    /// Whether the two may be equally fast: they differ by less than [#SMALLEST_DIFFERENCE], or less than the rounds do.
    public boolean isTie() {
        return Math.max(speedup, 1 / speedup) - 1 < Math.max(SMALLEST_DIFFERENCE, spread);
    }
}
