package dev.maskforge.cli.bench;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.OnnxOutput;
import dev.maskforge.PictureInput;
import dev.maskforge.Prediction;
import dev.maskforge.Segmenter;
import dev.maskforge.ThresholdOptions;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.StageTimes;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference.Resampled;
import dev.maskforge.vision.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A checkpoint, run the way that `segment` and the library run it: by a [Segmenter].
public final class CheckpointModel implements BenchModel {
    private final Path file;
    private final ModelOptions options;
    private final Optional<GraphVariant> variant;
    private final ModelFile model;
    private final String hash;
    private final Function<Size, Optional<CalibrationOptions>> calibration;
    private final Opened opened;

    private CheckpointModel(Path file, ModelOptions options, Optional<GraphVariant> variant, ModelFile model, String hash,
            Function<Size, Optional<CalibrationOptions>> calibration, Opened opened) {
        this.calibration = calibration;
        this.opened = opened;
        this.file = file;
        this.options = options;
        this.variant = variant;
        this.model = model;
        this.hash = hash;
    }

    /// Told of each segmenter before it is measured.
    @FunctionalInterface
    public interface Opened {
        void opened(Path checkpoint, Segmenter segmenter, Segmenter.Options options);
    }

    /// Opens a checkpoint.
    ///
    /// @param variant     what engines get of its graph, by default what suits them
    /// @param calibration of int8 at a size, if that is the precision
    /// @throws RuntimeException as [ModelFile#open] does
    public static CheckpointModel open(Path file, ModelOptions options, Optional<GraphVariant> variant,
            Function<Size, Optional<CalibrationOptions>> calibration, Opened opened) {
        ModelFile model = ModelFile.open(file, options);
        try {
            return new CheckpointModel(file, options, variant, model, GraphHash.of(model.graph(model.freeInput(), Output.RAW)), calibration,
                    opened);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public Path file() {
        return file;
    }

    /// Which of its graphs it is, if one was asked for.
    @Override
    public Optional<String> variant() {
        return variant.map(GraphVariant::name);
    }

    /// What lacks a pass may lack what an engine needs.
    @Override
    public boolean mayBeRefused() {
        return variant.flatMap(GraphVariant::optimisation).isPresent();
    }

    @Override
    public String hash() {
        return hash;
    }

    /// A segmenter is timed picture by picture.
    @Override
    public boolean takes(RunShape shape) {
        return shape.batch() == 1;
    }

    @Override
    public Precision precision(String engine, Precision asked) {
        return asked;
    }

    @Override
    public Ready open(String engine, EngineOptions engineOptions, RunShape shape) {
        Size size = shape.size();
        Segmenter.Options usual = new Segmenter.Options(options, engine, engineOptions,
                Optional.of(new ResizeRule.FitInside(size.height(), size.width())), ThresholdOptions.none())
                .withCalibration(calibration.apply(size));
        Segmenter.Options given = variant.map(each -> each.in(usual)).orElse(usual);
        Segmenter segmenter = Segmenter.open(file, given);
        try {
            opened.opened(file, segmenter, given);
            return new InSegmenter(segmenter);
        } catch (RuntimeException | Error e) {
            segmenter.close();
            throw e;
        }
    }

    private record InSegmenter(Segmenter segmenter) implements Ready {
        @Override
        public Answer run(List<RgbImage> pictures, Clock clock) {
            var timed = segmenter.timed(pictures.getFirst(), Prediction::labels);
            Segmenter.Stages stages = timed.stages();
            return new Answer(List.of(timed.answer()),
                    new StageTimes(Map.of(Stage.PREPROCESS, nanoseconds(stages.preprocess()), Stage.COMPUTE,
                            nanoseconds(stages.compute()), Stage.HEAD, nanoseconds(stages.postprocess()))));
        }

        private static long nanoseconds(Duration duration) {
            return duration.toNanos();
        }

        @Override
        public void close() {
            segmenter.close();
        }
    }

    @Override
    public Preparation preparation(double seconds, HighWaterMark memory) {
        return new Preparation(bytes(), Optional.of(seconds), Optional.empty(), memory.sinceStart());
    }

    /// Of the file; where it is a folder or an index, of the tensors.
    private long bytes() {
        return Files.isRegularFile(file) && model.path().equals(file) && !file.toString().endsWith(".json")
                ? file.toFile().length()
                : model.weights().types().values().stream().mapToLong(type -> type.shape().elementCount() * type.dataType().bytes()).sum();
    }

    /// Of the graph as authored, with the head.
    @Override
    public Optional<GraphCost> cost(RunShape shape) {
        return Optional.of(GraphCost.of(graph(shape), Map.of()));
    }

    /// As authored, with the head.
    Graph graph(RunShape shape) {
        return model.graph(input(shape), Output.LABELS);
    }

    private static InputShape input(RunShape shape) {
        return InputShape.ofSize(shape.size().height(), shape.size().width()).withBatch(shape.batch());
    }

    /// The graph as authored in the operations that every runtime has: none of our kernels judges itself.
    @Override
    public Optional<Reference> reference(EngineOptions engineOptions, Size size) {
        EngineProvider provider = Engines.named(Segmenter.DEFAULT_ENGINE).withoutOwnKernels();
        Lowering lowering = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);
        Graph graph = Pipeline.of(lowering, new RemoveUnused()).run(model.graph(input(RunShape.single(size)), Output.SCORES)).graph();
        ImageNetwork.Ports ports = new ImageNetwork.Ports(file, PictureInput.of(Input.IMAGE),
                new OnnxOutput.Scores(graph.outputs().getFirst()), Resampled.CLASS_SCORES);
        return Optional.of(new Reference(file.getFileName() + " as authored, " + Segmenter.DEFAULT_ENGINE,
                ImageNetwork.over(provider.build(graph, engineOptions.withPrecision(Precision.FP32)), ports, RunShape.single(size),
                        engineOptions.threads())));
    }

    @Override
    public void close() {
        model.close();
    }
}
