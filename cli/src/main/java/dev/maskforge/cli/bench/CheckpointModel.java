package dev.maskforge.cli.bench;

import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.Prediction;
import dev.maskforge.Segmenter;
import dev.maskforge.ThresholdOptions;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.Graph;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.GraphHash;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.StageTimes;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// A checkpoint, run the way that `segment` and the library run it: by a [Segmenter].
public final class CheckpointModel implements BenchModel {
    private final Path file;
    private final ModelOptions options;
    private final ModelFile model;
    private final String hash;

    private CheckpointModel(Path file, ModelOptions options, ModelFile model, String hash) {
        this.file = file;
        this.options = options;
        this.model = model;
        this.hash = hash;
    }

    /// Opens a checkpoint.
    ///
    /// @throws RuntimeException as [ModelFile#open] does
    public static CheckpointModel open(Path file, ModelOptions options) {
        ModelFile model = ModelFile.open(file, options);
        try {
            return new CheckpointModel(file, options, model, GraphHash.of(model.graph(model.freeInput(), Output.RAW)));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public boolean takes(Size size) {
        return true;
    }

    @Override
    public Ready open(String engine, EngineOptions engineOptions, Size size) {
        return new InSegmenter(Segmenter.open(file, new Segmenter.Options(options, engine, engineOptions,
                Optional.of(new ResizeRule.FitInside(size.height(), size.width())), ThresholdOptions.none())));
    }

    private record InSegmenter(Segmenter segmenter) implements Ready {
        @Override
        public Answer run(RgbImage picture, Clock clock) {
            var timed = segmenter.timed(picture, Prediction::labels);
            Segmenter.Stages stages = timed.stages();
            return new Answer(timed.answer(), new StageTimes(Map.of(Stage.PREPROCESS, nanoseconds(stages.preprocess()), Stage.COMPUTE,
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
    public Optional<GraphCost> cost(Size size) {
        return Optional.of(GraphCost.of(model.graph(input(size), Output.LABELS), Map.of()));
    }

    private static InputShape input(Size size) {
        return InputShape.ofSize(size.height(), size.width()).withBatch(1);
    }

    /// The graph as authored, but for what the engine lacks.
    @Override
    public Optional<Reference> reference(EngineOptions engineOptions, Size size) {
        EngineProvider provider = Engines.named(Segmenter.DEFAULT_ENGINE);
        Lowering lowering = new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.GRID_SAMPLE);
        Graph graph = Pipeline.of(lowering, new RemoveUnused()).run(model.graph(input(size), Output.SCORES)).graph();
        return Optional.of(new Reference(file.getFileName() + " as authored, " + Segmenter.DEFAULT_ENGINE,
                ImageNetwork.over(provider.build(graph, engineOptions), size, file, engineOptions.threads())));
    }

    @Override
    public void close() {
        model.close();
    }
}
