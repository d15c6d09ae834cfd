package dev.maskforge.engine;

import java.util.Locale;

/// How far one output is from a reference.
///
/// @param output            its name
/// @param largestDifference max|a - b|; infinite where one of the two is not a number, or they are different infinities
/// @param largestReference  max|b| over the reference's finite elements
public record OutputError(String output, double largestDifference, double largestReference) {
    /// max|a - b| / max|b|; 0 for equal tensors, infinite if the reference is 0 and the output is not.
    public double relative() {
        return largestDifference == 0 ? 0 : largestDifference / largestReference;
    }

    /// Of the errors of one output with several inputs, the one that is relatively the largest.
    public OutputError worse(OutputError another) {
        return another.relative() > relative() ? another : this;
    }

    /// Such as `scores: 1.2e-06 relative, 3.4e-06 absolute`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %.1e relative, %.1e absolute", output, relative(), largestDifference);
    }
}
