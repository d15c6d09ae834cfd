package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.models.Input;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SemanticInference.ConfidentLabels;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// From a picture to its label map, with a checkpoint, or an ONNX file or a plan that was made of one, and an engine.
///
/// ```java
/// try (Segmenter segmenter = Segmenter.open(Path.of("model_final_38c00c.pkl"))) {
///     LabelMap labels = segmenter.segment(Path.of("street.png"));
/// }
/// ```
///
/// Safe for many threads, each of which gets a session of its own. It runs on the caller's threads, on the engine's, and
/// on those of a pool that it makes and ends itself. A session keeps the memory of the largest pictures that it has been given at once
/// (25 MB for one of 1024x2048 as float32, 6 MB as bytes) until the segmenter is closed.
///
/// The engine reads weights where the checkpoint is mapped: do not cut or rewrite the file in place while a segmenter is
/// open, or the JVM may end; to move another file to its name is fine.
public final class Segmenter implements AutoCloseable {
    /// The engine of those who choose none.
    public static final String DEFAULT_ENGINE = "onnxruntime";

    /// At 1024x2048 the outputs of a picture take 52 MB, and what the network computes between takes gigabytes.
    private static final int LARGEST_BATCH = 8;

    private final SegmentationModel model;
    private final Engine engine;
    private final SessionPool sessions;
    private final ThreadPool threads;
    private final Preprocessing preprocessing;
    private final Inference inference;
    private final Optional<Quantization> quantization;

    private Segmenter(SegmentationModel model, Engine engine, ThreadPool threads, Options options, Optional<Quantization> quantization) {
        this.quantization = quantization;
        this.model = model;
        this.engine = engine;
        this.sessions = new SessionPool(engine);
        this.threads = threads;
        this.preprocessing = model.preprocessing(options.resizeRule());
        this.inference = Inference.of(model, options.thresholds(), new Workers(threads, options.engineOptions().threads()));
    }

    /// How a segmenter works.
    ///
    /// @param model         what the checkpoint cannot say of itself
    /// @param engine        the engine's name
    /// @param engineOptions threads and precision
    /// @param resizeRule    the size at which pictures enter the network, by default the dataset's official rule
    /// @param thresholds    of panoptic and instance inference, by default the dataset's official ones
    /// @param deformableAttention its expansion for engines that have none of their own
    /// @param graphForm     what the engine gets of the graph, by default [that which suits it][GraphForm#standard]
    /// @param optimisation  the rewrites of an optimised graph, by default [those that the engine gains by][EngineProvider#optimisation()],
    ///                      which int8 always has
    /// @param calibration   how int8 comes to its ranges, always of the optimised graph; other precisions need none
    public record Options(ModelOptions model, String engine, EngineOptions engineOptions, Optional<ResizeRule> resizeRule,
            ThresholdOptions thresholds, Lowering.DeformableAttention deformableAttention, Optional<GraphForm> graphForm,
            Optional<Optimisation> optimisation, Optional<CalibrationOptions> calibration) {
        /// With the engine's own rewrites.
        public Options(ModelOptions model, String engine, EngineOptions engineOptions, Optional<ResizeRule> resizeRule,
                ThresholdOptions thresholds, Lowering.DeformableAttention deformableAttention, Optional<GraphForm> graphForm,
                Optional<CalibrationOptions> calibration) {
            this(model, engine, engineOptions, resizeRule, thresholds, deformableAttention, graphForm, Optional.empty(), calibration);
        }

        /// In a precision that needs no calibration.
        public Options(ModelOptions model, String engine, EngineOptions engineOptions, Optional<ResizeRule> resizeRule,
                ThresholdOptions thresholds, Lowering.DeformableAttention deformableAttention, Optional<GraphForm> graphForm) {
            this(model, engine, engineOptions, resizeRule, thresholds, deformableAttention, graphForm, Optional.empty());
        }

        /// With the usual expansion of deformable attention, and the form of the graph that suits the engine.
        public Options(ModelOptions model, String engine, EngineOptions engineOptions, Optional<ResizeRule> resizeRule,
                ThresholdOptions thresholds) {
            this(model, engine, engineOptions, resizeRule, thresholds, Lowering.DeformableAttention.ENGINE, Optional.empty());
        }

        /// ONNX Runtime on all physical cores, at the official size.
        public static Options standard() {
            return new Options(ModelOptions.none(), DEFAULT_ENGINE, EngineOptions.standard(), Optional.empty(), ThresholdOptions.none());
        }

        /// The same with what the checkpoint cannot say of itself.
        public Options withModel(ModelOptions options) {
            return new Options(options, engine, engineOptions, resizeRule, thresholds, deformableAttention, graphForm, optimisation,
                    calibration);
        }

        /// The same with another size at which pictures enter the network.
        public Options withResizeRule(ResizeRule rule) {
            return new Options(model, engine, engineOptions, Optional.of(rule), thresholds, deformableAttention, graphForm, optimisation,
                    calibration);
        }

        /// The same with other thresholds.
        public Options withThresholds(ThresholdOptions others) {
            return new Options(model, engine, engineOptions, resizeRule, others, deformableAttention, graphForm, optimisation,
                    calibration);
        }

        /// The same with this form of the graph.
        public Options withGraphForm(GraphForm form) {
            return new Options(model, engine, engineOptions, resizeRule, thresholds, deformableAttention, Optional.of(form),
                    optimisation, calibration);
        }

        /// The same with other rewrites than those that the engine gains by.
        public Options withOptimisation(Optimisation rewrites) {
            return new Options(model, engine, engineOptions, resizeRule, thresholds, deformableAttention, graphForm, Optional.of(rewrites),
                    calibration);
        }

        /// The same with another expansion of deformable attention.
        public Options withDeformableAttention(Lowering.DeformableAttention form) {
            return new Options(model, engine, engineOptions, resizeRule, thresholds, form, graphForm, optimisation,
                    calibration);
        }

        /// The same in int8, with ranges from pictures.
        public Options inInt8(CalibrationOptions ranges) {
            return new Options(model, engine, engineOptions.withPrecision(Precision.INT8), resizeRule, thresholds, deformableAttention,
                    graphForm, optimisation, Optional.of(ranges));
        }

        /// The same with pictures for int8, should that be its precision.
        public Options withCalibration(Optional<CalibrationOptions> ranges) {
            return new Options(model, engine, engineOptions, resizeRule, thresholds, deformableAttention, graphForm, optimisation,
                    ranges);
        }
    }

    /// An answer and where the time went.
    public record Timed<T>(T answer, Stages stages) {}

    /// The stages of one picture's way; decoding a file is not among them.
    ///
    /// @param preprocess  resizing, padding, conversion to float
    /// @param compute     the engine, transfers included
    /// @param postprocess from mask and class logits to the answer
    public record Stages(Duration preprocess, Duration compute, Duration postprocess) {
        public Duration total() {
            return preprocess.plus(compute).plus(postprocess);
        }
    }

    /// Opens a checkpoint, or an ONNX file that was made of one, with the default engine; or a plan, with its own.
    public static Segmenter open(Path file) {
        return open(file, Options.standard());
    }

    /// Opens a checkpoint, or an ONNX file or a plan that was made of one and says so.
    ///
    /// @throws MaskforgeException                           if the file's tensors do not fit the model, or the options it; or
    ///                                                      if it is an ONNX file of another tool
    /// @throws dev.maskforge.graph.onnx.OnnxException       if an ONNX file is damaged, or unknown to us
    /// @throws dev.maskforge.checkpoint.CheckpointException if the file is no checkpoint, or is damaged
    /// @throws dev.maskforge.models.UnknownModelException   if it holds no model that is known
    /// @throws dev.maskforge.engine.EngineException         if the engine is missing or refuses the model
    public static Segmenter open(Path file, Options options) {
        if (PlanFile.isPlan(file)) {
            return open(PlanModelFile.open(file, options.model()), options);
        }
        Engines.named(options.engine());
        return OnnxModelFile.isNamed(file)
                ? open(OnnxModelFile.open(file, options.model()), options)
                : open(ModelFile.open(file, options.model()), options);
    }

    /// Works with an ONNX file. The expansion of deformable attention is the file's own.
    ///
    /// @param options of which those of the model have been used already
    /// @throws MaskforgeException                   if the options want another size than the file has
    /// @throws dev.maskforge.engine.EngineException if the engine is missing or refuses the file
    public static Segmenter open(OnnxModelFile model, Options options) {
        model.preprocessing(options.resizeRule());
        return over(model, model.engine(Engines.named(options.engine()), options.engineOptions()), options, Optional.empty());
    }

    /// Works with a plan. Engine and precision are the plan's own.
    ///
    /// @param options of which those of the model have been used already
    /// @throws MaskforgeException                      if the options want another size than the plan has
    /// @throws dev.maskforge.engine.EngineException    if its engine is missing or refuses it
    /// @throws dev.maskforge.engine.plan.PlanException if it is refused
    public static Segmenter open(PlanModelFile model, Options options) {
        model.preprocessing(options.resizeRule());
        return over(model, model.open(options.engineOptions()), options, Optional.empty());
    }

    /// Works with a checkpoint that is open; it is closed with the segmenter, and at once if that does not come to be.
    ///
    /// @param options of which those of the model have been used already
    /// @throws MaskforgeException                   if the file's tensors do not fit the model
    /// @throws dev.maskforge.engine.EngineException if the engine is missing or refuses the model
    public static Segmenter open(ModelFile model, Options options) {
        try {
            EngineProvider provider = Engines.named(options.engine());
            provider.require(options.engineOptions().precision());
            Computed computed = computed(model, provider, options);
            return over(model, provider.build(computed.graph(), options.engineOptions()), options, computed.quantization());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /// What an engine computes.
    ///
    /// @param graph gives class and mask logits of pictures of any size, made of what the engine has
    record Computed(Graph graph, Optional<Quantization> quantization) {}

    /// The graph for an engine in a precision.
    static Computed computed(ModelFile model, EngineProvider provider, Options options) {
        if (options.engineOptions().precision() == Precision.INT8) {
            Quantizer quantizer = new Quantizer(model, provider, model.preprocessing(options.resizeRule()), options,
                    CalibrationCache.ofUser());
            Quantizer.Quantized quantized = quantizer.quantize();
            return new Computed(quantizer.lowered(quantized.graph()), Optional.of(quantized.quantization()));
        }
        Graph authored = model.graph(model.freeInput(), Output.RAW);
        Lowering lowering = new Lowering(provider.nativeOperations(), options.deformableAttention());
        GraphForm form = options.graphForm().orElseGet(() -> GraphForm.standard(provider));
        Optimisation optimisation = options.optimisation().orElseGet(provider::optimisation);
        return new Computed(form.pipeline(optimisation, lowering).run(authored).graph(), Optional.empty());
    }

    /// Closes the engine if nothing comes of it.
    private static Segmenter over(SegmentationModel model, Engine engine, Options options, Optional<Quantization> quantization) {
        ThreadPool threads = new ThreadPool(options.engineOptions().threads() - 1);
        try {
            Segmenter segmenter = new Segmenter(model, engine, threads, options, quantization);
            if (model instanceof ModelFile file) {
                file.use();
            }
            return segmenter;
        } catch (RuntimeException | Error e) {
            threads.close();
            engine.close();
            throw e;
        }
    }

    /// What it works with; it belongs to the segmenter and cannot be closed before it.
    public SegmentationModel model() {
        return model;
    }

    /// What int8 made of the model, if that is its precision. A segmenter whose agreement with float32 falls short works all the
    /// same: look at [Quantization#verdict()].
    public Optional<Quantization> quantization() {
        return quantization;
    }

    /// The label map of the picture in a file, in the picture's geometry.
    public LabelMap segment(Path picture) {
        return segment(ImageFile.read(picture));
    }

    public LabelMap segment(BufferedImage picture) {
        return segment(RgbImage.of(picture));
    }

    public LabelMap segment(RgbImage picture) {
        return predict(picture, Prediction::labels);
    }

    /// The same, given up after a while.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine takes longer
    public LabelMap segment(RgbImage picture, Duration atMost) {
        return run(List.of(picture), (session, inputs, _) -> session.run(inputs, atMost), Prediction::labels).getFirst();
    }

    /// The label maps of several pictures.
    public List<LabelMap> segment(List<RgbImage> pictures) {
        return predict(pictures, Prediction::labels);
    }

    /// The label map with the score of each pixel's class.
    public ConfidentLabels segmentWithConfidence(RgbImage picture) {
        return predict(picture, Prediction::confidentLabels);
    }

    /// The segments of a picture: things one by one, stuff by class.
    ///
    /// @throws MaskforgeException if the model was not trained for panoptic segmentation
    public PanopticSegmentation panoptic(RgbImage picture) {
        return predict(picture, Prediction::panoptic);
    }

    /// The objects in a picture.
    ///
    /// @throws MaskforgeException if the model does not tell objects apart
    public InstanceSegmentation instances(RgbImage picture) {
        return predict(picture, Prediction::instances);
    }

    /// What the function makes of what the network says of a picture: several answers from one run, for one.
    public <T> T predict(RgbImage picture, Function<Prediction, T> answer) {
        return run(List.of(picture), Session::run, answer).getFirst();
    }

    /// The same for several pictures. Up to eight that follow each other and enter the network at one size run as one batch.
    public <T> List<T> predict(List<RgbImage> pictures, Function<Prediction, T> answer) {
        List<T> answers = new ArrayList<>();
        int start = 0;
        while (start < pictures.size()) {
            Geometry first = geometry(pictures.get(start));
            int end = start + 1;
            while (end < Math.min(pictures.size(), start + largestBatch()) && sameInput(first, geometry(pictures.get(end)))) {
                end++;
            }
            answers.addAll(run(pictures.subList(start, end), Session::run, answer));
            start = end;
        }
        return answers;
    }

    /// The answer, and where the time went.
    public <T> Timed<T> timed(RgbImage picture, Function<Prediction, T> answer) {
        long start = System.nanoTime();
        long[] marks = new long[3];
        T made = run(List.of(picture), (session, inputs, meanwhile) -> {
            marks[0] = System.nanoTime();
            Map<String, Tensor> outputs = session.run(inputs, meanwhile);
            marks[1] = System.nanoTime();
            return outputs;
        }, answer).getFirst();
        marks[2] = System.nanoTime();
        return new Timed<>(made, new Stages(Duration.ofNanos(marks[0] - start), Duration.ofNanos(marks[1] - marks[0]),
                Duration.ofNanos(marks[2] - marks[1])));
    }

    private int largestBatch() {
        return switch (model) {
            case ModelFile _ -> LARGEST_BATCH;
            case OnnxModelFile file -> file.stated().network().takesBatches() ? LARGEST_BATCH : 1;
            case PlanModelFile plan -> (int) Math.min(LARGEST_BATCH, plan.largestBatch());
        };
    }

    private Geometry geometry(RgbImage picture) {
        return preprocessing.geometry(picture.height(), picture.width());
    }

    /// Whether a picture's labels are those of another size, brought to its own by the nearest pixel: so it is where the file
    /// gives labels alone, and the network sees the picture at another size. Of scores and logits, labels are made at the
    /// picture's.
    public boolean resizesLabels(RgbImage picture) {
        boolean labelsAlone = switch (model) {
            case ModelFile _ -> false;
            case StatedModelFile file -> file.stated().givesLabelsAlone();
        };
        return labelsAlone && !geometry(picture).isIdentity();
    }

    private static boolean sameInput(Geometry a, Geometry b) {
        return a.paddedHeight() == b.paddedHeight() && a.paddedWidth() == b.paddedWidth();
    }

    private interface Run {
        Map<String, Tensor> of(Session session, Map<String, Tensor> inputs, Runnable meanwhile);
    }

    /// Pictures of one input size through preprocessing and engine; answers are made while the outputs last.
    private <T> List<T> run(List<RgbImage> pictures, Run run, Function<Prediction, T> answer) {
        Geometry first = geometry(pictures.getFirst());
        if (model instanceof PlanModelFile plan) {
            plan.requireTaken(first);
        }
        try (SessionPool.Lease lease = sessions.borrow()) {
            LabelArrays arrays = arrays(pictures);
            Map<String, Tensor> inputs = input().inputs(pictures, preprocessing, lease.memory(), inference.workers());
            Map<String, Tensor> outputs = run.of(lease.session(), inputs, arrays::make);
            NetworkAnswer said = said(outputs, arrays, pictures.size(), first);
            List<T> answers = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                answers.add(answer.apply(new Prediction(said, i, geometry(pictures.get(i)), inference)));
            }
            return answers;
        }
    }

    private PictureInput input() {
        return switch (model) {
            case ModelFile _ -> PictureInput.of(Input.IMAGE);
            case StatedModelFile file -> file.stated().network().input();
        };
    }

    /// Where the network gives labels alone, label maps are what is asked for.
    private LabelArrays arrays(List<RgbImage> pictures) {
        boolean areLabels = model instanceof StatedModelFile file && file.stated().givesLabelsAlone();
        return areLabels && inference.classes().size() <= 256
                ? LabelArrays.of(pictures.stream().map(picture -> picture.height() * picture.width()).toList())
                : LabelArrays.none();
    }

    private NetworkAnswer said(Map<String, Tensor> outputs, LabelArrays arrays, int pictures, Geometry geometry) {
        return switch (model) {
            case ModelFile _ -> new NetworkAnswer.Queries(
                    new QueryOutputs(OnnxOutput.of(outputs, Answer.CLASS_LOGITS), OnnxOutput.of(outputs, Answer.MASK_LOGITS)));
            case StatedModelFile file -> file.stated().answer(outputs, arrays, pictures, geometry.paddedHeight(), geometry.paddedWidth());
        };
    }

    /// Frees everything. A second call does nothing.
    ///
    /// @throws IllegalStateException if a picture is being segmented
    @Override
    public void close() {
        if (!sessions.close()) {
            return;
        }
        try {
            engine.close();
        } finally {
            threads.close();
            if (model instanceof ModelFile file) {
                file.release();
            }
            model.close();
        }
    }
}
