package dev.maskforge.cli.bench;

import dev.maskforge.LabelArrays;
import dev.maskforge.MaskforgeException;
import dev.maskforge.OnnxNetwork;
import dev.maskforge.OnnxOutput;
import dev.maskforge.PictureInput;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.Stopwatch;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference;
import dev.maskforge.vision.SemanticInference.Resampled;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/// An engine that takes pictures as a tensor and gives labels, scores, or class and mask logits, in one session.
public final class ImageNetwork implements BenchModel.Ready {
    private final Engine engine;
    private final Session session;
    private final Ports ports;
    private final int batch;
    private final Size size;
    private final Arena arena = Arena.ofShared();
    private final Function<List<RgbImage>, SequencedMap<String, Tensor>> inputs;
    private final ExecutorService threads;
    private final Workers workers;
    private final SemanticInference inference;

    /// How a picture goes in and classes come out.
    ///
    /// @param file      of the network, for messages
    /// @param input     how a picture goes in
    /// @param output    that is used
    /// @param resampled what of logits gets the picture's size
    record Ports(Path file, PictureInput input, OnnxOutput output, Resampled resampled) {
        static Ports of(OnnxNetwork network, OnnxOutput output) {
            return new Ports(network.path(), network.input(), output, network.resampled());
        }
    }

    private ImageNetwork(Engine engine, Session session, Ports ports, RunShape shape, int threads) {
        this.engine = engine;
        this.session = session;
        this.ports = ports;
        this.batch = shape.batch();
        this.size = shape.size();
        this.threads = Workers.lent(Math.max(1, threads - 1), Thread.ofPlatform().daemon().factory());
        this.workers = new Workers(this.threads, threads);
        this.inputs = ports.input().inTurn(batch, size, arena, workers);
        this.inference = new SemanticInference(workers, ports.resampled());
    }

    /// Opens a session in an engine, which is closed with it, and at once if this fails.
    static ImageNetwork over(Engine engine, Ports ports, RunShape shape, int threads) {
        try {
            Session session = engine.openSession();
            try {
                return new ImageNetwork(engine, session, ports, shape, threads);
            } catch (RuntimeException | Error e) {
                session.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public BenchModel.Answer run(List<RgbImage> pictures, Clock clock) {
        Stopwatch watch = Stopwatch.start(clock);
        Map<String, Tensor> taken = inputs.apply(pictures);
        watch.end(Stage.PREPROCESS);
        LabelArrays arrays = ports.output() instanceof OnnxOutput.Labels
                ? LabelArrays.of(Collections.nCopies(batch, Math.multiplyExact(size.height(), size.width())))
                : LabelArrays.none();
        Map<String, Tensor> outputs = session.run(taken, arrays::make);
        watch.end(Stage.COMPUTE);
        List<LabelMap> labels = new ArrayList<>();
        for (int place = 0; place < batch; place++) {
            labels.add(labels(outputs, arrays, place));
        }
        watch.end(ports.output().hasScores() ? Stage.HEAD : Stage.POSTPROCESS);
        // Asking takes 12 to 17 us, and who wants labels does not ask.
        session.deviceTimes().ifPresent(times -> watch.divide(Stage.COMPUTE, Map.of(Stage.TRANSFER_IN, times.transferIn(), Stage.COMPUTE,
                times.compute(), Stage.TRANSFER_OUT, times.transferOut()), Stage.TRANSFER_IN));
        requireSize(labels.getFirst().height(), labels.getFirst().width());
        return new BenchModel.Answer(labels, watch.times());
    }

    private LabelMap labels(Map<String, Tensor> outputs, LabelArrays arrays, int place) {
        return switch (ports.output()) {
            case OnnxOutput.Labels(String name) ->
                LabelTensors.map(LabelTensors.part(OnnxOutput.of(outputs, name), place), arrays, workers);
            case OnnxOutput.Scores(String name) -> LabelTensors.best(LabelTensors.part(OnnxOutput.of(outputs, name), place));
            case OnnxOutput.Logits logits -> inference.labels(queries(logits, outputs), place, Geometry.of(size.height(), size.width()));
        };
    }

    private static QueryOutputs queries(OnnxOutput.Logits logits, Map<String, Tensor> outputs) {
        return new QueryOutputs(OnnxOutput.of(outputs, logits.classes()), OnnxOutput.of(outputs, logits.masks()));
    }

    /// Scores float32 `[1, K, H, W]`, valid until the next run.
    ///
    /// @throws IllegalStateException if its output [has none][OnnxOutput#hasScores()]
    Tensor scores(RgbImage picture) {
        Tensor scores = scores(session.run(inputs.apply(List.of(picture))));
        requireSize(scores.shape().get(2).size(), scores.shape().get(3).size());
        return scores;
    }

    /// Labels pictures layer by layer.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine does not tell how long its layers take
    public List<LayerTime> layerTimes(List<RgbImage> pictures) {
        return session.layerTimes(inputs.apply(pictures));
    }

    private Tensor scores(Map<String, Tensor> outputs) {
        return switch (ports.output()) {
            case OnnxOutput.Labels _ -> throw new IllegalStateException("labels have no scores");
            case OnnxOutput.Scores(String name) -> OnnxOutput.of(outputs, name);
            case OnnxOutput.Logits logits -> {
                QueryOutputs queries = queries(logits, outputs);
                Shape shape = Shape.of(queries.classes(), size.height(), size.width());
                Tensor scores = Tensor.of(shape, new float[Math.toIntExact(shape.elementCount())]);
                inference.scores(queries, 0, Geometry.of(size.height(), size.width()), scores);
                yield scores.reshape(Shape.of(1, queries.classes(), size.height(), size.width()));
            }
        };
    }

    /// Where the file leaves the size of its output free, only running tells.
    private void requireSize(long height, long width) {
        if (height != size.height() || width != size.width()) {
            throw new MaskforgeException(ports.file() + " gives " + height + "x" + width + " pixels for a picture of " + size
                    + "; export it with an output of the input's size");
        }
    }

    /// All of it, whatever the first says.
    @Override
    public void close() {
        try (threads; arena; engine; session) {
            // The session first.
        }
    }
}
