package dev.maskforge.cli;

import dev.maskforge.ThresholdOptions;
import dev.maskforge.vision.Thresholds;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The thresholds of panoptic and instance inference, by the names that the original's configurations have for them.
final class ThresholdArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--object-mask-threshold", paramLabel = "SHARE", description = "panoptic: only queries whose class is likelier become segments, 0 to 1 (default: the dataset's, mostly 0.8)")
    private @Nullable Double objectMaskThreshold;

    @Option(names = "--overlap-threshold", paramLabel = "SHARE", description = "panoptic: a segment that others leave less of its mask is dropped, 0 to 1 (default: 0.8)")
    private @Nullable Double overlapThreshold;

    @Option(names = "--detections-per-image", paramLabel = "N", description = "instances: at most so many (default: 100)")
    private @Nullable Integer detectionsPerImage;

    /// @throws ParameterException if one is out of its range
    ThresholdOptions options() {
        ThresholdOptions options = new ThresholdOptions(
                objectMaskThreshold == null ? OptionalDouble.empty() : OptionalDouble.of(objectMaskThreshold),
                overlapThreshold == null ? OptionalDouble.empty() : OptionalDouble.of(overlapThreshold),
                detectionsPerImage == null ? OptionalInt.empty() : OptionalInt.of(detectionsPerImage));
        try {
            options.over(Thresholds.OFFICIAL);
        } catch (IllegalArgumentException e) {
            CommandLine command = spec.commandLine();
            throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
        return options;
    }
}
