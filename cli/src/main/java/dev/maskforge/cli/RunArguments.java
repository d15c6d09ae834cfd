package dev.maskforge.cli;

import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How pictures enter networks.
final class RunArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input, multiples of 32; pictures are fitted into it by "
            + "their own ratio (default: the dataset's official rule)")
    private @Nullable Size size;

    @Option(names = "--max-pixels", paramLabel = "N", description = "the largest picture to read (default: 89478485)")
    private @Nullable Long maximumPixels;

    private static ParameterException wrong(String option, String why, CommandLine command) {
        return new ParameterException(command, "Invalid value for option '" + option + "': " + why);
    }

    /// The frame that pictures are fitted into, if one was asked for.
    Optional<ResizeRule> resizeRule() {
        return Optional.ofNullable(size).map(given -> new ResizeRule.FitInside(given.height(), given.width()));
    }

    /// The size that was asked for.
    Optional<Size> size() {
        return Optional.ofNullable(size);
    }

    /// @throws ParameterException if there is no room for a pixel
    ImageLimits limits() {
        if (maximumPixels != null && maximumPixels < 1) {
            throw wrong("--max-pixels", maximumPixels + " is less than one pixel", spec.commandLine());
        }
        return maximumPixels == null ? ImageLimits.DEFAULT : new ImageLimits(maximumPixels);
    }
}
