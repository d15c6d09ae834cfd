package dev.maskforge.measure;

import dev.maskforge.engine.Agreement;

/// How far a subject's labels agree with a reference's, on the pictures that it was measured with ([Agreement]).
///
/// @param reference  what it was held against
/// @param pixels     all
/// @param equal      those with the reference's label
/// @param clear      those of which the reference is sure
/// @param clearEqual those of which the reference is sure, with its label
/// @param classes    how many the reference has in these pictures
public record Fidelity(String reference, long pixels, long equal, long clear, long clearEqual, int classes) {
    public Fidelity {
        Checks.text("reference", reference);
        Checks.require(pixels > 0 && equal >= 0 && clear >= 0 && clearEqual >= 0 && equal <= pixels && clear <= pixels
                && clearEqual <= Math.min(clear, equal) && classes > 0 && classes <= pixels,
                "the counts of pixels contradict each other");
    }

    public static Fidelity of(String reference, Agreement agreement) {
        Agreement.Counts total = agreement.total();
        return new Fidelity(reference, total.pixels(), total.equal(), total.clear(), total.clearEqual(), agreement.byClass().size());
    }

    /// Whether the reference can tell a good engine from a bad one, by [Agreement]'s rule.
    public boolean conclusive() {
        return classes >= Agreement.FEWEST_CLASSES && 2 * clear >= pixels;
    }
}
