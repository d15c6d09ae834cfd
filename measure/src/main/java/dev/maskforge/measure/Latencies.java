package dev.maskforge.measure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// How long each of several runs of the same work took, and what sums that up.
///
/// All times are whole nanoseconds; statistics are in nanoseconds, too, as floating-point numbers.
public final class Latencies {
    private static final double MEDIAN = 50;

    private final long[] inOrder;
    private final long[] sorted;

    private Latencies(long[] nanoseconds) {
        if (nanoseconds.length == 0) {
            throw new IllegalArgumentException("latencies are of one run at least");
        }
        this.inOrder = nanoseconds.clone();
        this.sorted = nanoseconds.clone();
        Arrays.sort(sorted);
        if (sorted[0] < 0) {
            throw new IllegalArgumentException("a run cannot take " + sorted[0] + " ns");
        }
    }

    /// Of runs in the order in which they ran.
    ///
    /// @throws IllegalArgumentException if there is none, or one is negative
    public static Latencies ofNanoseconds(long... nanoseconds) {
        return new Latencies(nanoseconds);
    }

    /// The same.
    public static Latencies of(List<Duration> runs) {
        return new Latencies(runs.stream().mapToLong(Duration::toNanos).toArray());
    }

    /// The number of runs.
    public int count() {
        return sorted.length;
    }

    /// Each run in nanoseconds, in the order in which they ran, copied.
    public long[] nanoseconds() {
        return inOrder.clone();
    }

    public double minimum() {
        return sorted[0];
    }

    public double maximum() {
        return sorted[sorted.length - 1];
    }

    public double mean() {
        double sum = 0;
        for (long run : sorted) {
            sum += run;
        }
        return sum / sorted.length;
    }

    /// The value that a share of the runs does not exceed, between runs by linear interpolation: with `n` sorted runs
    /// `x[0] … x[n-1]` it is `x` at the place `percent / 100 · (n - 1)`. So do NumPy's `percentile` by default and R's type
    /// 7 (Hyndman and Fan, "Sample quantiles in statistical packages", 1996).
    ///
    /// @param percent 0 to 100
    public double percentile(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("a percentile is from 0 to 100, not " + percent);
        }
        double place = percent / 100 * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    public double median() {
        return percentile(MEDIAN);
    }

    /// Standard deviation over mean, the deviation with `n - 1` in its denominator; 0 of one run, and of runs that took no
    /// time.
    public double coefficientOfVariation() {
        double mean = mean();
        if (sorted.length == 1 || mean == 0) {
            return 0;
        }
        double squares = 0;
        for (long run : sorted) {
            squares += (run - mean) * (run - mean);
        }
        return Math.sqrt(squares / (sorted.length - 1)) / mean;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latencies latencies && Arrays.equals(inOrder, latencies.inOrder);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(inOrder);
    }

    @Override
    public String toString() {
        return count() + " runs, median " + median() + " ns";
    }
}
