package dev.maskforge.cli.page;

import java.util.ArrayList;
import java.util.List;

/// The values along a side of a chart, from a round number at or below the least to one at or above the largest.
///
/// @param from the first mark
/// @param step from mark to mark
/// @param steps how many
public record Axis(double from, double step, int steps) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};

    /// One for values between two, in about so many steps.
    ///
    /// @throws IllegalArgumentException if a value is not finite, or the largest below the least
    public static Axis over(double least, double largest, int about) {
        if (!(Double.isFinite(least) && Double.isFinite(largest) && least <= largest)) {
            throw new IllegalArgumentException("no axis from " + least + " to " + largest);
        }
        double range = largest > least ? largest - least : Math.max(Math.abs(largest), 1);
        double magnitude = Math.pow(10, Math.floor(Math.log10(range / about)));
        double step = ROUND[ROUND.length - 1] * magnitude;
        for (int i = ROUND.length - 1; i >= 0; i--) {
            if (range / (ROUND[i] * magnitude) <= about) {
                step = ROUND[i] * magnitude;
            }
        }
        double from = Math.floor(least / step) * step;
        return new Axis(from, step, Math.max(1, (int) Math.ceil((largest - from) / step)));
    }

    /// The place of a value between the ends, 0 to 1.
    double place(double value) {
        return (value - from) / (step * steps);
    }

    /// The values that are written beside it.
    List<Double> marks() {
        List<Double> marks = new ArrayList<>();
        for (int i = 0; i <= steps; i++) {
            marks.add(from + i * step);
        }
        return marks;
    }
}
