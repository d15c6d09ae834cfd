package dev.maskforge.engine.check;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import java.util.List;
import java.util.Locale;

/// What came of one way to look at an engine: through its raw outputs or its labels, one picture at a time or many.
///
/// @param kind      what was looked at
/// @param batch     how many pictures it saw at once
/// @param agreement over all pictures
/// @param worst     of the picture with the smallest share of clear pixels that agree
/// @param errors    of the raw outputs, over all pictures; none where labels are looked at
/// @param wrong     outputs that are not what they must be at all, a sentence each
public record CheckPart(Kind kind, long batch, Agreement agreement, Place worst, List<OutputError> errors, List<String> wrong) {
    public CheckPart {
        errors = List.copyOf(errors);
        wrong = List.copyOf(wrong);
    }

    /// What is looked at.
    public enum Kind {
        /// Class and mask logits, and the labels that the reference makes of them.
        RAW,
        /// The labels that the engine makes itself.
        LABELS;

        /// Such as `raw outputs`.
        @Override
        public String toString() {
            return this == RAW ? "raw outputs" : "labels";
        }
    }

    /// A picture within a batch.
    ///
    /// @param picture   counted from 0
    /// @param place     in the batch, counted from 0
    /// @param agreement of it alone
    public record Place(int picture, int place, Agreement agreement) {
        /// Such as `picture 3 in place 2`, counted from 1.
        @Override
        public String toString() {
            return "picture " + (picture + 1) + " in place " + (place + 1);
        }

        double share() {
            double share = agreement.total().ofClear();
            return Double.isNaN(share) ? 1 : share;
        }
    }

    Agreement.Verdict verdict(Gate gate) {
        return wrong.isEmpty() ? agreement.verdict(gate.agreement()) : Agreement.Verdict.FELL_SHORT;
    }

    /// Such as `raw outputs, batch 8`.
    public String name() {
        return kind + ", batch " + batch;
    }

    /// Such as `raw outputs, batch 8: 99.998 % of 131072 pixels, ...`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %s", name(), agreement);
    }
}
