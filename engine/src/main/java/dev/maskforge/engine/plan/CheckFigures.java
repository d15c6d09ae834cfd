package dev.maskforge.engine.plan;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.check.CheckPart;
import dev.maskforge.engine.check.CheckResult;
import java.util.List;
import java.util.Optional;

/// A self-check's figures, as they are kept beside a plan.
///
/// @param verdict  `passed`, `fell short` or `inconclusive`
/// @param gate     the least share of clear pixels that had to agree
/// @param pictures how many were shown
/// @param parts    what was looked at
/// @param findings why it did not pass, a sentence each
public record CheckFigures(String verdict, double gate, int pictures, List<Part> parts, List<String> findings) {
    public CheckFigures {
        parts = List.copyOf(parts);
        findings = List.copyOf(findings);
    }

    /// One way of looking.
    ///
    /// @param what        such as `raw outputs`
    /// @param batch       how many pictures at once
    /// @param pixels      all
    /// @param equal       those with the reference's label
    /// @param clear       those of which the reference is sure
    /// @param clearEqual  those of them with the reference's label
    /// @param classes     how many the reference sees
    /// @param worstShare  of the clear pixels of the picture that agrees least; absent where none is clear
    /// @param errors      of raw outputs
    public record Part(String what, long batch, long pixels, long equal, long clear, long clearEqual, int classes,
            Optional<Double> worstShare, List<OutputFigures> errors) {
        public Part {
            errors = List.copyOf(errors);
        }
    }

    /// How far an output is from the reference; figures that are not finite are absent.
    ///
    /// @param relative max|a-b| / max|b|
    /// @param absolute max|a-b|
    public record OutputFigures(String output, Optional<Double> relative, Optional<Double> absolute) {}

    public static CheckFigures of(CheckResult result) {
        return new CheckFigures(result.verdict().toString(), result.gate().agreement(), result.pictures(),
                result.parts().stream().map(CheckFigures::part).toList(), result.findings());
    }

    private static Part part(CheckPart part) {
        Agreement.Counts total = part.agreement().total();
        return new Part(part.kind().toString(), part.batch(), total.pixels(), total.equal(), total.clear(), total.clearEqual(),
                part.agreement().byClass().size(), finite(part.worst().agreement().total().ofClear()),
                part.errors().stream().map(CheckFigures::error).toList());
    }

    private static OutputFigures error(OutputError error) {
        return new OutputFigures(error.output(), finite(error.relative()), finite(error.largestDifference()));
    }

    private static Optional<Double> finite(double value) {
        return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
    }

    public boolean isPassed() {
        return verdict.equals(Agreement.Verdict.PASSED.toString());
    }
}
