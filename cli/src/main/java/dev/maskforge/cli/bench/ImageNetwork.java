package dev.maskforge.cli.bench;

import dev.maskforge.InputValues;
import dev.maskforge.MaskforgeException;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.Stopwatch;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference;
import dev.maskforge.vision.Size;
import dev.maskforge.vision.Workers;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An engine that takes a picture as a tensor and gives labels, scores, or class and mask logits, in one session.
public final class ImageNetwork implements BenchModel.Ready {
    private static final String OUR_INPUT = dev.maskforge.models.CheckpointModel.IMAGE;

    private final Engine engine;
    private final Session session;
    private final Path file;
    private final Size size;
    private final String inputName;
    private final InputValues inputValues;
    private final Tensor input;
    private final OutputForm outputForm;
    private final Arena arena = Arena.ofShared();
    private final ExecutorService threads;
    private final SemanticInference inference;

    /// @param inputName `image` is what our files call RGB from 0 to 255; most that others write are normalised
    private ImageNetwork(Engine engine, Path file, Size size, String inputName, OutputForm outputForm, int threads) {
        this.engine = engine;
        this.file = file;
        this.size = size;
        this.inputName = inputName;
        this.inputValues = inputName.equals(OUR_INPUT) ? InputValues.RGB : InputValues.NORMALISED;
        this.input = Tensor.allocate(DataType.FLOAT32, shape(size), arena);
        this.outputForm = outputForm;
        this.threads = Executors.newFixedThreadPool(Math.max(1, threads - 1), Thread.ofPlatform().daemon().factory());
        this.inference = new SemanticInference(new Workers(this.threads, threads));
        this.session = engine.openSession();
    }

    private static Shape shape(Size size) {
        return Shape.of(1, 3, size.height(), size.width());
    }

    /// Opens a session in an engine, which is closed with it, and at once if this fails.
    ///
    /// @param file that the engine was made of, for messages
    /// @throws MaskforgeException if it does not take a picture of this size, or gives none of these answers
    public static ImageNetwork over(Engine engine, Size size, Path file, int threads) {
        try {
            return new ImageNetwork(engine, file, size, inputOf(engine, size, file), outputOf(engine, size, file), threads);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    private static String inputOf(Engine engine, Size size, Path file) {
        SequencedMap<String, TensorType> inputs = engine.inputs();
        TensorType type = inputs.firstEntry().getValue();
        try {
            if (inputs.size() == 1 && type.dataType() == DataType.FLOAT32) {
                type.shape().solve(shape(size));
                return inputs.firstEntry().getKey();
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new MaskforgeException(file + " takes " + inputs + ", not one picture float32" + shape(size)
                + "; export it at this size, or free, with one input");
    }

    private static OutputForm outputOf(Engine engine, Size size, Path file) {
        return OutputForm.of(engine.outputs(), size).orElseThrow(() -> new MaskforgeException(file + " gives " + engine.outputs()
                + ", neither labels [1, H, W], scores [1, K, H, W], nor pred_logits and pred_masks; export it with one of these"));
    }

    boolean givesScores() {
        return outputForm.hasScores();
    }

    @Override
    public BenchModel.Answer run(RgbImage picture, Clock clock) {
        Stopwatch watch = Stopwatch.start(clock);
        inputValues.write(picture, input.memory());
        watch.end(Stage.PREPROCESS);
        Map<String, Tensor> outputs = session.run(Map.of(inputName, input));
        watch.end(Stage.COMPUTE);
        LabelMap labels = outputForm.labels(outputs, Geometry.of(size.height(), size.width()), inference);
        watch.end(outputForm.stage());
        requireSize(labels.height(), labels.width());
        return new BenchModel.Answer(labels, watch.times());
    }

    /// Scores float32 `[1, K, H, W]`, valid until the next run.
    ///
    /// @throws IllegalStateException if it [gives none][#givesScores()]
    Tensor scores(RgbImage picture) {
        inputValues.write(picture, input.memory());
        Tensor scores = outputForm.scores(session.run(Map.of(inputName, input)), Geometry.of(size.height(), size.width()), inference);
        requireSize(scores.shape().get(2).size(), scores.shape().get(3).size());
        return scores;
    }

    /// Where the file leaves the size of its output free, only running tells.
    private void requireSize(long height, long width) {
        if (height != size.height() || width != size.width()) {
            throw new MaskforgeException(file + " gives " + height + "x" + width + " pixels for a picture of " + size
                    + "; export it with an output of the input's size");
        }
    }

    @Override
    public void close() {
        session.close();
        engine.close();
        arena.close();
        threads.close();
    }
}
