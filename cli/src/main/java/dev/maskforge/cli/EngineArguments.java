package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What networks run on, for every command that runs some. A command mixes it in itself: in a mixin of a mixin, picocli gives
/// a spec that has no command line.
final class EngineArguments {
    private static final String ENGINE = "--engine";
    private static final String PRECISION = "--precision";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = ENGINE, split = ",", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "what runs networks, such as onnxruntime, or reference, which is slow and for checking; "
            + "'bench' takes several, with commas, each of which runs each model (default: ${DEFAULT-VALUE})")
    private List<String> engines;

    @Option(names = PRECISION, paramLabel = "P", defaultValue = "fp32", description = "arithmetic: ${COMPLETION-CANDIDATES}; int8 is calibrated first and held against fp32 "
            + "(default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(names = "--threads", paramLabel = "N", converter = ThreadsByText.class, description = "threads, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    /// The one engine.
    ///
    /// @throws ParameterException if there is no such engine, or there are several
    String engine() {
        List<String> all = engines();
        if (all.size() > 1) {
            throw wrong(ENGINE, "one engine runs here, not " + all.size() + "; 'bench' takes several");
        }
        return all.getFirst();
    }

    /// All of them.
    ///
    /// @throws ParameterException if one is not there
    List<String> engines() {
        engines.forEach(name -> require(name, ENGINE));
        return List.copyOf(engines);
    }

    /// @param option that names it
    /// @throws ParameterException if there is no engine of this name
    String require(String name, String option) {
        requireKnown(name, option, spec.commandLine());
        return name;
    }

    /// @param option  that names it
    /// @param command that has the option
    /// @throws ParameterException if there is no engine of this name
    static void requireKnown(String name, String option, CommandLine command) {
        List<String> known = Engines.all().stream().map(EngineProvider::name).toList();
        if (!known.contains(name)) {
            throw wrong(option, "there is no '" + name + "', but " + String.join(" and ", known), command);
        }
    }

    private ParameterException wrong(String option, String why) {
        return wrong(option, why, spec.commandLine());
    }

    private static ParameterException wrong(String option, String why, CommandLine command) {
        return new ParameterException(command, "Invalid value for option '" + option + "': " + why);
    }

    /// The one engine for a model; that of a plan is the one that made it.
    ///
    /// @throws ParameterException                      if there is no such engine, or there are several
    /// @throws dev.maskforge.engine.plan.PlanException if it is a plan of which nothing is known
    String engineFor(Path model) {
        return PlanFile.isPlan(model) ? PlanFile.describe(model).engine() : engine();
    }

    /// Threads and arithmetic for a model; the arithmetic of a plan is the one that it was made in.
    ///
    /// @throws ParameterException                      if one of the engines has no such arithmetic
    /// @throws dev.maskforge.engine.plan.PlanException if it is a plan of which nothing is known
    EngineOptions optionsFor(Path model) {
        return PlanFile.isPlan(model) ? options(PlanFile.describe(model).options().precision()) : options();
    }

    /// The arithmetic.
    ///
    /// @throws ParameterException if one of the engines has no such
    Precision precision() {
        engines().forEach(engine -> require(precision, PRECISION, engine));
        return precision;
    }

    /// The arithmetic of one engine, which may have its own.
    ///
    /// @param own       instead of `--precision`, if it is given
    /// @param ownOption that gives it
    /// @throws ParameterException if the engine has no such
    Precision precisionOf(String engine, @Nullable Precision own, String ownOption) {
        return own == null ? require(precision, PRECISION, engine) : require(own, ownOption, engine);
    }

    private Precision require(Precision wanted, String option, String engine) {
        Set<Precision> known = Engines.named(engine).precisions();
        if (!known.contains(wanted)) {
            throw wrong(option, "engine '" + engine + "' has no " + wanted + ", but "
                    + known.stream().sorted().map(Precision::toString).collect(Collectors.joining(" and ")));
        }
        return wanted;
    }

    /// Threads and arithmetic.
    ///
    /// @throws ParameterException if one of the engines has no such arithmetic
    EngineOptions options() {
        return options(precision());
    }

    EngineOptions options(Precision chosen) {
        return new EngineOptions(threads == null ? EngineOptions.standard().threads() : threads, chosen);
    }
}
