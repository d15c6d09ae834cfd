package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import java.util.Locale;
import java.util.Optional;

/// How far an output of an optimised graph is like that of the file it was made of.
///
/// @param output    its name
/// @param error     the largest of numbers; for labels, of the scores that they are the best of, where these are known
/// @param agreement of labels with those of the file, where scores tell which pixels are clear
/// @param unequal   elements that differ, of labels and other integers
/// @param inputs    how many of the [#INPUTS] that were tried tell anything
public record Likeness(String output, Optional<OutputError> error, Optional<Agreement> agreement, long unequal, int inputs) {
    /// The largest relative error of numbers that passes.
    public static final double BOUND = 1e-5;
    /// How many inputs are tried.
    public static final int INPUTS = 4;

    /// Whether it says the same: numbers up to float32's rounding, labels at all clear pixels, other integers everywhere.
    public boolean isEnough() {
        boolean isClose = error.map(each -> each.relative() <= BOUND).orElse(unequal == 0);
        return agreement.map(each -> each.isConclusive() ? each.verdict(1) == Agreement.Verdict.PASSED : isClose).orElse(isClose);
    }

    /// Of several inputs together.
    Likeness plus(Likeness other) {
        return new Likeness(output, error.flatMap(one -> other.error.map(one::worse)).or(() -> other.error),
                agreement.flatMap(one -> other.agreement.map(one::plus)), unequal + other.unequal, inputs + other.inputs);
    }

    /// Such as `labels: 99.998 % of 131072 pixels, ...; scores: 1.2e-06 relative, 3.4e-06 absolute`.
    @Override
    public String toString() {
        String numbers = error.map(OutputError::toString).orElse("");
        return agreement.map(each -> output + ": " + each + (numbers.isEmpty() ? "" : "; " + numbers))
                .orElse(error.isPresent() ? numbers : String.format(Locale.ROOT, "%s: %d elements differ", output, unequal));
    }
}
