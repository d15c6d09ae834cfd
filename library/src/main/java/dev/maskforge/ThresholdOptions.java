package dev.maskforge;

import dev.maskforge.vision.Thresholds;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Thresholds of panoptic and instance inference in place of the model's own, each only if it is given.
///
/// @param objectMaskThreshold as [Thresholds#objectMaskThreshold()]
/// @param overlapThreshold    as [Thresholds#overlapThreshold()]
/// @param detectionsPerImage  as [Thresholds#detectionsPerImage()]
public record ThresholdOptions(OptionalDouble objectMaskThreshold, OptionalDouble overlapThreshold, OptionalInt detectionsPerImage) {
    /// The model's own throughout.
    public static ThresholdOptions none() {
        return new ThresholdOptions(OptionalDouble.empty(), OptionalDouble.empty(), OptionalInt.empty());
    }

    /// Those given here, and the others as they are.
    ///
    /// @throws IllegalArgumentException if one is out of its range
    public Thresholds over(Thresholds others) {
        return new Thresholds(objectMaskThreshold.orElse(others.objectMaskThreshold()), overlapThreshold.orElse(others.overlapThreshold()),
                detectionsPerImage.orElse(others.detectionsPerImage()));
    }
}
