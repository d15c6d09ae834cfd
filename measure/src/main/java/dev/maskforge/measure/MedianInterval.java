package dev.maskforge.measure;

import java.util.Arrays;
import java.util.Optional;

/// Where the median of what was sampled lies, with 95 % confidence, whatever the distribution: between the sample that is
/// j-th from below and the one that is j-th from above, with the largest j for which fewer than j of n fair coins show
/// heads with a probability of 2.5 % at most (Conover, "Practical Nonparametric Statistics", section 3.2).
///
/// @param lower in nanoseconds
/// @param upper in nanoseconds
public record MedianInterval(long lower, long upper) {
    private static final double TAIL = 0.025;

    /// Of runs in any order.
    ///
    /// @return empty below 6 runs, which say too little
    public static Optional<MedianInterval> of(Latencies latencies) {
        long[] sorted = latencies.nanoseconds();
        Arrays.sort(sorted);
        int rank = rank(sorted.length);
        return rank == 0 ? Optional.empty() : Optional.of(new MedianInterval(sorted[rank - 1], sorted[sorted.length - rank]));
    }

    /// The largest j with P(Binomial(n, 1/2) < j) <= 2.5 %.
    private static int rank(int n) {
        double logOfTerm = -n * StrictMath.log(2);
        double below = 0;
        int rank = 0;
        while (true) {
            below += StrictMath.exp(logOfTerm);
            if (below > TAIL) {
                return rank;
            }
            rank++;
            logOfTerm += StrictMath.log((double) (n - rank + 1) / rank);
        }
    }

    /// The width as a share of the median.
    public double widthOf(Latencies latencies) {
        double median = latencies.median();
        return median == 0 ? 0 : (upper - lower) / median;
    }
}
