package dev.maskforge.cli;

import dev.maskforge.Comparison;
import dev.maskforge.InputValues;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.passes.Lowering.DeformableAttention;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How the two that are compared are run: what is said without a side holds for both, what is said with `-a` or `-b` for that
/// one.
final class SourceArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "onnxruntime, or reference, which is slow and for checking (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--engine-a", paramLabel = "NAME", description = "the same for A alone")
    private @Nullable String engineA;

    @Option(names = "--engine-b", paramLabel = "NAME", description = "the same for B alone")
    private @Nullable String engineB;

    @Option(names = "--deformable-attention", paramLabel = "FORM", defaultValue = "grid_sample", description = "how a checkpoint's deformable attention is computed by engines "
            + "without one of their own: grid_sample or gather (default: ${DEFAULT-VALUE})")
    private DeformableAttention deformableAttention;

    @Option(names = "--deformable-attention-a", paramLabel = "FORM", description = "the same for A alone")
    private @Nullable DeformableAttention deformableAttentionA;

    @Option(names = "--deformable-attention-b", paramLabel = "FORM", description = "the same for B alone")
    private @Nullable DeformableAttention deformableAttentionB;

    @Option(names = "--input-values", paramLabel = "KIND", description = "what the numbers in the input of an ONNX file from another tool mean: rgb (0 to 255) or "
            + "normalised (ImageNet's mean and deviation taken off); ours say it themselves")
    private @Nullable InputValues inputValues;

    @Option(names = "--input-values-a", paramLabel = "KIND", description = "the same for A alone")
    private @Nullable InputValues inputValuesA;

    @Option(names = "--input-values-b", paramLabel = "KIND", description = "the same for B alone")
    private @Nullable InputValues inputValuesB;

    /// @throws picocli.CommandLine.ParameterException if there is no such engine
    Comparison.Source a(Path path, EngineOptions options) {
        return source(path, options, engineA, deformableAttentionA, inputValuesA, "--engine-a");
    }

    /// @throws picocli.CommandLine.ParameterException if there is no such engine
    Comparison.Source b(Path path, EngineOptions options) {
        return source(path, options, engineB, deformableAttentionB, inputValuesB, "--engine-b");
    }

    private Comparison.Source source(Path path, EngineOptions options, @Nullable String ownEngine, @Nullable DeformableAttention ownForm,
            @Nullable InputValues ownValues, String option) {
        String name = ownEngine == null ? engine : ownEngine;
        RunArguments.requireEngine(name, ownEngine == null ? "--engine" : option, spec.commandLine());
        return new Comparison.Source(path, name, options, ownForm == null ? deformableAttention : ownForm,
                Optional.ofNullable(ownValues == null ? inputValues : ownValues));
    }
}
