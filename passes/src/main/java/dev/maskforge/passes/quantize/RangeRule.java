package dev.maskforge.passes.quantize;

import java.util.Locale;

/// How the range of a value follows from the numbers that it took. Integers are few: to cut off what is rare makes the steps
/// between the others smaller.
public enum RangeRule {
    /// From the least number to the greatest: nothing is cut off.
    MINIMUM_AND_MAXIMUM {
        @Override
        Range of(Histogram histogram) {
            return Range.holding(histogram.minimum(), histogram.maximum());
        }
    },
    /// All but one of 20,000 numbers, half of those at each end.
    PERCENTILE {
        @Override
        Range of(Histogram histogram) {
            return Range.holding(histogram.quantile(RARE), histogram.quantile(1 - RARE));
        }
    },
    /// The range that loses least, by the mean square, of those that are the whole one drawn together.
    SQUARED_ERROR {
        @Override
        Range of(Histogram histogram) {
            Range best = MINIMUM_AND_MAXIMUM.of(histogram);
            double least = histogram.noise(best);
            for (int percent = 98; percent >= 10; percent -= 2) {
                float share = percent / 100f;
                Range drawn = Range.holding(histogram.minimum() * share, histogram.maximum() * share);
                double noise = histogram.noise(drawn);
                if (noise < least) {
                    best = drawn;
                    least = noise;
                }
            }
            return best;
        }
    };

    private static final double RARE = 2.5e-5;

    /// The range for what a histogram holds, which must be finite and not empty.
    abstract Range of(Histogram histogram);

    /// Such as `squared error`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
