package dev.maskforge;

import dev.maskforge.engine.CalibrationRun;
import dev.maskforge.passes.quantize.RangeRule;

/// How int8 comes to its ranges.
///
/// @param pictures that the float32 network is shown
/// @param rule     by which ranges follow from the numbers that values took
/// @param progress told after each run of the network
public record CalibrationOptions(CalibrationPictures pictures, RangeRule rule, CalibrationRun.Progress progress) {
    /// The rule that cost the sample models the least agreement (docs/quantisation.md).
    public static final RangeRule STANDARD_RULE = RangeRule.PERCENTILE;

    /// By the standard rule, telling nobody.
    public static CalibrationOptions of(CalibrationPictures pictures) {
        return new CalibrationOptions(pictures, STANDARD_RULE, (_, _) -> {
            // Nobody asked.
        });
    }

    /// The same by another rule.
    public CalibrationOptions withRule(RangeRule other) {
        return new CalibrationOptions(pictures, other, progress);
    }

    /// The same with someone who is told.
    public CalibrationOptions withProgress(CalibrationRun.Progress told) {
        return new CalibrationOptions(pictures, rule, told);
    }
}
