package dev.maskforge.cli;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.Comparison;
import dev.maskforge.GraphForm;
import dev.maskforge.InputValues;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.passes.Lowering.DeformableAttention;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the two that are compared are run: what is said without a side holds for both, what is said with `-a` or `-b` for that
/// one.
final class SourceArguments {
    @Option(names = "--engine-a", paramLabel = "NAME", description = "--engine for A alone")
    private @Nullable String engineA;

    @Option(names = "--engine-b", paramLabel = "NAME", description = "--engine for B alone")
    private @Nullable String engineB;

    @Option(names = "--precision-a", paramLabel = "P", description = "the precision of A alone")
    private @Nullable Precision precisionA;

    @Option(names = "--precision-b", paramLabel = "P", description = "the precision of B alone, such as int8 against A's fp32")
    private @Nullable Precision precisionB;

    @Option(names = "--deformable-attention", paramLabel = "FORM", defaultValue = "engine", description = "how a checkpoint's deformable attention is computed: engine (its own where it has one), "
            + "grid_sample or gather (default: ${DEFAULT-VALUE})")
    private DeformableAttention deformableAttention;

    @Option(names = "--deformable-attention-a", paramLabel = "FORM", description = "the same for A alone")
    private @Nullable DeformableAttention deformableAttentionA;

    @Option(names = "--deformable-attention-b", paramLabel = "FORM", description = "the same for B alone")
    private @Nullable DeformableAttention deformableAttentionB;

    @Option(names = "--graph", paramLabel = "FORM", description = "what engines get of a checkpoint's network: optimised, or authored, as it is written (default: optimised, on "
            + "reference authored)")
    private @Nullable GraphForm graphForm;

    @Option(names = "--graph-a", paramLabel = "FORM", description = "the same for A alone")
    private @Nullable GraphForm graphFormA;

    @Option(names = "--graph-b", paramLabel = "FORM", description = "the same for B alone")
    private @Nullable GraphForm graphFormB;

    @Option(names = "--input-values", paramLabel = "KIND", description = InputValuesText.DESCRIPTION)
    private @Nullable InputValues inputValues;

    @Option(names = "--input-values-a", paramLabel = "KIND", description = "the same for A alone")
    private @Nullable InputValues inputValuesA;

    @Option(names = "--input-values-b", paramLabel = "KIND", description = "the same for B alone")
    private @Nullable InputValues inputValuesB;

    /// @param engines     what is said for both sides
    /// @param calibration of a precision, if it needs one
    /// @throws picocli.CommandLine.ParameterException if there is no such engine, or it has no such precision
    Comparison.Source a(Path path, EngineArguments engines, Function<Precision, Optional<CalibrationOptions>> calibration) {
        return source(path, engines, new Own("-a", engineA, precisionA, deformableAttentionA, graphFormA, inputValuesA), calibration);
    }

    /// @param engines     what is said for both sides
    /// @param calibration of a precision, if it needs one
    /// @throws picocli.CommandLine.ParameterException if there is no such engine, or it has no such precision
    Comparison.Source b(Path path, EngineArguments engines, Function<Precision, Optional<CalibrationOptions>> calibration) {
        return source(path, engines, new Own("-b", engineB, precisionB, deformableAttentionB, graphFormB, inputValuesB), calibration);
    }

    /// What was said for one side alone.
    ///
    /// @param suffix of the options that say it
    private record Own(String suffix, @Nullable String engine, @Nullable Precision precision,
            @Nullable DeformableAttention deformableAttention, @Nullable GraphForm graphForm, @Nullable InputValues inputValues) {}

    private Comparison.Source source(Path path, EngineArguments engines, Own own,
            Function<Precision, Optional<CalibrationOptions>> calibration) {
        if (PlanFile.isPlan(path)) {
            PlanRecord plan = PlanFile.describe(path);
            return new Comparison.Source(path, plan.engine(), engines.options(plan.options().precision()), deformableAttention,
                    Optional.empty(), Optional.empty());
        }
        String engine = own.engine() == null ? engines.engine() : engines.require(own.engine(), "--engine" + own.suffix());
        Precision precision = engines.precisionOf(engine, own.precision(), "--precision" + own.suffix());
        return new Comparison.Source(path, engine, engines.options(precision),
                own.deformableAttention() == null ? deformableAttention : own.deformableAttention(),
                Optional.ofNullable(own.graphForm() == null ? graphForm : own.graphForm()),
                Optional.ofNullable(own.inputValues() == null ? inputValues : own.inputValues()), calibration.apply(precision));
    }
}
