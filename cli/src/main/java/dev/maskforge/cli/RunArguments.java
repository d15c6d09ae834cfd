package dev.maskforge.cli;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How networks are run on pictures.
final class RunArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input, multiples of 32; pictures are fitted into it by "
            + "their own ratio (default: the dataset's official rule)")
    private @Nullable Size size;

    @Option(names = "--threads", paramLabel = "N", converter = ThreadsByText.class, description = "threads, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    @Option(names = "--max-pixels", paramLabel = "N", description = "the largest picture to read (default: 89478485)")
    private @Nullable Long maximumPixels;

    /// @throws ParameterException if there is no engine of this name
    static void requireEngine(String name, String option, CommandLine command) {
        List<String> engines = Engines.all().stream().map(EngineProvider::name).toList();
        if (!engines.contains(name)) {
            throw wrong(option, "there is no '" + name + "', but " + String.join(" and ", engines), command);
        }
    }

    private static ParameterException wrong(String option, String why, CommandLine command) {
        return new ParameterException(command, "Invalid value for option '" + option + "': " + why);
    }

    /// The frame that pictures are fitted into, if one was asked for.
    Optional<ResizeRule> resizeRule() {
        return Optional.ofNullable(size).map(given -> new ResizeRule.FitInside(given.height(), given.width()));
    }

    EngineOptions engineOptions() {
        EngineOptions standard = EngineOptions.standard();
        return threads == null ? standard : standard.withThreads(threads);
    }

    /// @throws ParameterException if there is no room for a pixel
    ImageLimits limits() {
        if (maximumPixels != null && maximumPixels < 1) {
            throw wrong("--max-pixels", maximumPixels + " is less than one pixel", spec.commandLine());
        }
        return maximumPixels == null ? ImageLimits.DEFAULT : new ImageLimits(maximumPixels);
    }
}
