package dev.maskforge;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.engine.build.ChildBuild;
import dev.maskforge.engine.check.CheckPicture;
import dev.maskforge.engine.check.CheckResult;
import dev.maskforge.engine.check.Gate;
import dev.maskforge.engine.check.SelfCheck;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanBytes;
import dev.maskforge.engine.plan.PlanCache;
import dev.maskforge.engine.plan.PlanException;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.engine.plan.PlanSource;
import dev.maskforge.engine.plan.PortTypes;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/// From a checkpoint to a plan of an engine that compiles ahead of time, held against the graph as authored before it ships.
///
/// ```java
/// EngineBuilder builder = EngineBuilder.of("tensorrt", BuildOptions.standard(BuildProfile.fixed(1, 512, 1024)));
/// try (ModelFile model = ModelFile.open(checkpoint, ModelOptions.none());
///         PlanCandidate candidate = builder.build(model, Path.of("model.plan"), pictures, BuildProgress.NONE)) {
///     if (candidate.check().isPassed()) {
///         candidate.ship();
///     }
/// }
/// ```
///
/// A plan that gives labels is built twice, the second time with raw outputs, in which errors can be measured, and of the forms that
/// the first chose. Each build runs in a process of its own.
///
/// @param engine  its name
/// @param options for it
/// @param input   what the plan takes, by default pixels where the engine has [them][Operation.Pixels] of its own, else an image
/// @param output  what the plan gives, by default labels, and raw outputs for panoptic and instance models
/// @param child   the process that compiles
/// @param search  how far a check that falls short is followed
public record EngineBuilder(String engine, BuildOptions options, Optional<Input> input, Optional<Output> output, ChildBuild child,
        Search search) {
    private static final String REFERENCE = Segmenter.DEFAULT_ENGINE;

    /// How far the cause is looked for when a self-check falls short.
    public enum Search {
        /// To the layers that differ: both networks are built again with their values as outputs, which takes minutes.
        LAYERS,
        /// To the outputs that differ.
        OUTPUTS
    }

    /// @throws IllegalArgumentException if the plan is to give scores, which only serve to compare
    public EngineBuilder {
        if (output.isPresent() && output.get() == Output.SCORES) {
            throw new IllegalArgumentException("a plan gives labels or raw outputs, not scores");
        }
    }

    /// With the usual input and output, and time enough.
    public static EngineBuilder of(String engine, BuildOptions options) {
        return new EngineBuilder(engine, options, Optional.empty(), Optional.empty(), ChildBuild.standard(), Search.LAYERS);
    }

    /// The same with another output.
    public EngineBuilder withOutput(Output other) {
        return new EngineBuilder(engine, options, input, Optional.of(other), child, search);
    }

    /// The same with another input.
    public EngineBuilder withInput(Input other) {
        return new EngineBuilder(engine, options, Optional.of(other), output, child, search);
    }

    /// The same, told how large a model's values are on pictures: half precision then leaves those in float32 that it does not
    /// hold well. It is part of what the plan is made of.
    ///
    /// @throws EngineException if the engine that observes the network fails
    public EngineBuilder calibrated(ModelFile model, CalibrationOptions calibration) {
        Ranges ranges = new HalfRanges(model, Engines.named(engine), Engines.named(REFERENCE), options.profile()).measure(calibration,
                options.threads());
        return new EngineBuilder(engine, options.withSetting(BuildOptions.RANGES, ranges.text()), input, output, child, search);
    }

    /// What the plan of a model would be made of: a plan that is there can be used if it was made of the same.
    ///
    /// @throws MaskforgeException if the sizes do not suit the model
    public PlanSource source(ModelFile model) {
        return new PlanSource(tool(), GraphHash.of(authored(model, outputOf(model))), options);
    }

    private static String tool() {
        return "maskforge " + Version.current();
    }

    private Output outputOf(ModelFile model) {
        return output.orElseGet(() -> Converter.standardOutput(model.task()));
    }

    private Input taken() {
        return input.orElseGet(
                () -> Engines.named(engine).nativeOperations().contains(Operation.Pixels.class) ? Input.PIXELS : Input.IMAGE);
    }

    private Graph authored(ModelFile model, Output what) {
        return model.graph(taken(), shape(model, options.profile()), what);
    }

    private static InputShape shape(ModelFile model, BuildProfile profile) {
        InputShape free = model.freeInput();
        try {
            InputShape size = profile.height().isFixed() && profile.width().isFixed()
                    ? InputShape.ofSize(profile.height().optimum(), profile.width().optimum())
                    : rangeOf(free, profile);
            // Several pictures are left to the profile, fixed or not: where the graph fixes them, what is the same for each is a
            // constant with a batch, with which TensorRT 10.6 computes Mask2Former wrongly.
            return profile.batch().isFixed() && profile.batch().optimum() == 1 ? size.withBatch(1) : size;
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException(model.path() + " cannot be built for " + profile + ": " + e.getMessage(), e);
        }
    }

    private static InputShape rangeOf(InputShape free, BuildProfile profile) {
        for (Range range : List.of(profile.height(), profile.width())) {
            for (long side : List.of(range.minimum(), range.optimum(), range.maximum())) {
                InputShape.ofSize(side, side);
            }
        }
        return free;
    }

    /// Builds and checks a plan.
    ///
    /// @param target   where it is to lie; its folder holds the build's files for the while
    /// @param pictures at least 4, each of which is fitted into the best size of the profile
    /// @param progress is told the phases, and asked whether to go on
    /// @throws MaskforgeException if there are fewer than 4 pictures, the model's tensors do not fit it, or the sizes do not
    ///                            suit it
    /// @throws EngineException    if an engine is missing or refuses the model or an option, or the build falls, takes too
    ///                            long or is cancelled
    public PlanCandidate build(ModelFile model, Path target, List<RgbImage> pictures, BuildProgress progress) {
        if (pictures.size() < SelfCheck.FEWEST_PICTURES) {
            throw new MaskforgeException("the self-check needs at least " + SelfCheck.FEWEST_PICTURES + " pictures, and there are "
                    + pictures.size() + "; give more");
        }
        EngineProvider provider = Engines.named(engine);
        PlanCompiler compiler = compiler(provider);
        if (!provider.precisions().contains(options.precision())) {
            throw new EngineException("engine '" + engine + "' has no " + options.precision() + ", but "
                    + String.join(", ", provider.precisions().stream().sorted().map(Object::toString).toList()));
        }
        EngineProvider reference = Engines.named(REFERENCE).withoutOwnKernels();
        Output what = outputOf(model);
        Graph authored = authored(model, what);
        TemporaryFile file = TemporaryFile.beside(target);
        Path shipped = file.path();
        boolean isKept = false;
        try {
            Compiled compiled = child.run(engine, authored, options, progress, shipped);
            CheckResult check = what == Output.RAW
                    ? check(model, reference, compiler, shipped, Optional.empty(), pictures, progress)
                    : checkWithRaw(model, reference, compiler, compiler.alike(options, compiled), target, shipped, pictures, progress);
            PlanRecord record = new PlanRecord(PlanRecord.VERSION, tool(), Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), engine,
                    compiler.target(), GraphHash.of(authored), options, PortTypes.print(authored, authored.inputs()),
                    PortTypes.print(authored, authored.outputs()), compiled.facts(), metadata(authored),
                    CheckFigures.of(check), Files.size(shipped), GraphHash.of(shipped));
            isKept = true;
            return new PlanCandidate(file, target, record, check);
        } catch (IOException e) {
            throw new EngineException("the plan that was just built cannot be read: " + e + "; check the disk", e);
        } finally {
            if (!isKept) {
                file.close();
            }
        }
    }

    /// The plan of a model from the cache, on its engine. If it is not there, or is refused, it is built, checked and kept
    /// there first; whoever wants it meanwhile waits.
    ///
    /// @param pictures as of [#build(ModelFile, Path, List, BuildProgress)], asked for only if it is built
    /// @throws MaskforgeException                       as of a build, and if the self-check does not pass
    /// @throws EngineException                          as of a build
    /// @throws dev.maskforge.engine.plan.PlanException if the cache cannot be written to
    public PlanFile.Opened cached(ModelFile model, PlanCache cache, Supplier<List<RgbImage>> pictures, BuildProgress progress) {
        EngineProvider provider = Engines.named(engine);
        PlanSource source = source(model);
        EngineOptions engineOptions = new EngineOptions(options.threads(), options.precision());
        return cache.use(cache.path(engine, compiler(provider).target(), source), progress, plan -> {
            try {
                return PlanFile.open(plan, source, provider, engineOptions);
            } catch (PlanException | EngineException e) {
                progress.phase("building, since " + e.getMessage(), 0, 0);
                shipSound(model, plan, pictures.get(), progress);
                return PlanFile.open(plan, source, provider, engineOptions);
            }
        });
    }

    private void shipSound(ModelFile model, Path plan, List<RgbImage> pictures, BuildProgress progress) {
        try (PlanCandidate candidate = build(model, plan, pictures, progress)) {
            if (!candidate.check().isPassed()) {
                throw new MaskforgeException("engine '" + engine + "' is not used for " + model.path() + ", since its self-check "
                        + candidate.check().verdict() + ": " + String.join("; ", candidate.check().findings()));
            }
            candidate.ship();
        }
    }

    private PlanCompiler compiler(EngineProvider provider) {
        return provider.planCompiler().orElseThrow(() -> new EngineException("engine '" + engine
                + "' compiles no plans, it runs models as they are: 'maskforge segment' needs no plan for it"));
    }

    private SequencedMap<String, String> metadata(Graph authored) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>(authored.metadata());
        metadata.put("maskforge.precision", options.precision().toString());
        return metadata;
    }

    private CheckResult checkWithRaw(ModelFile model, EngineProvider reference, PlanCompiler compiler, BuildOptions alike, Path target,
            Path shipped, List<RgbImage> pictures, BuildProgress progress) {
        try (TemporaryFile raw = TemporaryFile.beside(target)) {
            child.run(engine, authored(model, Output.RAW), alike, new Again(progress), raw.path());
            return check(model, reference, compiler, raw.path(), Optional.of(shipped), pictures, progress);
        }
    }

    private CheckResult check(ModelFile model, EngineProvider referenceProvider, PlanCompiler compiler, Path raw, Optional<Path> labels,
            List<RgbImage> pictures, BuildProgress progress) {
        EngineOptions referenceOptions = EngineOptions.standard().withThreads(options.threads());
        EngineOptions builtOptions = new EngineOptions(options.threads(), options.precision());
        // In the operations that every runtime has: none of our kernels judges itself.
        Graph lowered = lowered(model.graph(taken(), model.freeInput(), Output.RAW), Set.of());
        Layers layers = new Layers(lowered, referenceProvider, referenceOptions, Engines.named(engine), builtOptions, model,
                taken(), shape(model, options.profile()));
        try (Arena memory = Arena.ofShared();
                Engine reference = referenceProvider.build(lowered, referenceOptions);
                Engine rawEngine = open(raw, compiler, builtOptions)) {
            List<CheckPicture> inputs = inputs(model, pictures, memory);
            if (labels.isEmpty()) {
                return selfCheck(reference, referenceProvider, referenceOptions, rawEngine, Optional.empty(), layers).run(inputs, progress);
            }
            try (Engine labelEngine = open(labels.get(), compiler, builtOptions)) {
                return selfCheck(reference, referenceProvider, referenceOptions, rawEngine, Optional.of(labelEngine), layers).run(inputs,
                        progress);
            }
        }
    }

    private SelfCheck selfCheck(Engine reference, EngineProvider provider, EngineOptions referenceOptions, Engine raw,
            Optional<Engine> labels,
            Layers layers) {
        return new SelfCheck(reference, provider, referenceOptions, Answer.CLASS_LOGITS, Answer.MASK_LOGITS, raw, labels,
                options.profile().batch(), Gate.of(options.precision()),
                search == Search.LAYERS ? Optional.of(layers::find) : Optional.empty());
    }

    private static Engine open(Path plan, PlanCompiler compiler, EngineOptions engineOptions) {
        try (Arena arena = Arena.ofShared()) {
            return compiler.open(PlanBytes.read(plan, arena).bytes(), engineOptions);
        } catch (IOException e) {
            throw new EngineException("the plan that was just built cannot be read: " + e + "; check the disk", e);
        }
    }

    private static Graph lowered(Graph graph, Set<Class<? extends Operation>> own) {
        return Pipeline.of(new Lowering(own, Lowering.DeformableAttention.ENGINE), new RemoveUnused())
                .run(graph).graph();
    }

    /// At the best size; the first picture also at the smallest and the largest, if they are others.
    private List<CheckPicture> inputs(ModelFile model, List<RgbImage> pictures, Arena memory) {
        Range heights = options.profile().height();
        Range widths = options.profile().width();
        List<CheckPicture> inputs = new ArrayList<>();
        pictures.forEach(picture -> inputs.add(picture(model, picture, heights.optimum(), widths.optimum(), memory)));
        List.of(Map.entry(heights.minimum(), widths.minimum()), Map.entry(heights.maximum(), widths.maximum())).stream().distinct()
                .filter(size -> size.getKey() != heights.optimum() || size.getValue() != widths.optimum())
                .forEach(size -> inputs.add(picture(model, pictures.getFirst(), size.getKey(), size.getValue(), memory)));
        return inputs;
    }

    private CheckPicture picture(ModelFile model, RgbImage picture, long height, long width, Arena memory) {
        Preprocessing preprocessing = model
                .preprocessing(Optional.of(new ResizeRule.FitInside(Math.toIntExact(height), Math.toIntExact(width))));
        return new CheckPicture(PictureInput.of(taken()).inputs(picture, preprocessing, memory), height, width);
    }

    /// Tells of the second build that it is the second.
    private record Again(BuildProgress progress) implements BuildProgress {
        @Override
        public void phase(String name, int step, int steps) {
            progress.phase("again with raw outputs: " + name, step, steps);
        }

        @Override
        public boolean isCancelled() {
            return progress.isCancelled();
        }
    }

    /// Looks for the layers that differ between the reference and the engine, built anew with more outputs.
    private record Layers(Graph reference, EngineProvider referenceProvider, EngineOptions referenceOptions, EngineProvider built,
            EngineOptions builtOptions, ModelFile model, Input taken, InputShape shape) {
        /// What engines take at once where nobody has said how many.
        private static final long MOST_PICTURES = 4;

        LayerComparison.Report find(Map<String, Tensor> inputs, double bound) {
            long pictures = inputs.values().stream().mapToLong(input -> input.shape().get(0).size()).max().orElse(1);
            if (pictures > MOST_PICTURES) {
                throw new EngineException("they are looked for in up to " + MOST_PICTURES + " pictures at once, and it was with " + pictures
                        + " that most was wrong");
            }
            Graph graph = lowered(model.graph(taken, shape, Output.RAW), built.nativeOperations());
            return LayerComparison.run(new LayerComparison.Subject(reference, referenceProvider, referenceOptions, inputs),
                    new LayerComparison.Subject(graph, built, builtOptions, inputs), bound);
        }
    }
}
