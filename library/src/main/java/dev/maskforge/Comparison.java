package dev.maskforge;

import dev.maskforge.checkpoint.HuggingFaceFolder;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.AgreementCounter;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Tensor;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Two that say which class each pixel of a picture has, held against each other: checkpoints or ONNX files on engines, or
/// folders of label maps. The first is the reference.
///
/// ```java
/// Comparison.Source reference = Comparison.Source.of(Path.of("model.pkl")).on("reference");
/// Comparison.Source other = Comparison.Source.of(Path.of("model.pkl"));
/// try (Comparison comparison = Comparison.open(reference, other, Comparison.Options.standard())) {
///     Agreement agreement = comparison.compare(ImageFile.read(street), "street").agreement();
/// }
/// ```
///
/// Both see the same picture at the same network size. Label maps are compared at the picture's own size, unless a side is
/// an ONNX file that gives labels or scores: those are at the network's size, and then that is where they are compared, and
/// nothing is resampled. One belongs to one thread.
public final class Comparison implements AutoCloseable {
    private final Side reference;
    private final Side other;
    private final Optional<Preprocessing> atNetworkSize;
    private final ClassList classes;

    private Comparison(Side reference, Side other, Optional<Preprocessing> atNetworkSize, ClassList classes) {
        this.reference = reference;
        this.other = other;
        this.atNetworkSize = atNetworkSize;
        this.classes = classes;
    }

    /// What a source is, by its path.
    public enum Kind {
        CHECKPOINT, ONNX, LABELS
    }

    /// Where one side's label maps come from.
    ///
    /// @param path                a checkpoint, an `.onnx` file, a `.plan`, or a folder of label maps
    /// @param engine              the name of the engine that runs it; a plan runs on its own
    /// @param engineOptions       threads and precision
    /// @param deformableAttention its expansion in a checkpoint's graph
    /// @param graphForm           what the engine gets of a checkpoint's graph, by default [that which suits it][GraphForm#standard]
    /// @param inputValues         what the numbers in an ONNX file's input mean, where the file does not say so
    /// @param calibration         how a checkpoint in int8 comes to its ranges
    public record Source(Path path, String engine, EngineOptions engineOptions, DeformableAttention deformableAttention,
            Optional<GraphForm> graphForm, Optional<InputValues> inputValues, Optional<CalibrationOptions> calibration) {
        /// In a precision that needs no calibration.
        public Source(Path path, String engine, EngineOptions engineOptions, DeformableAttention deformableAttention,
                Optional<GraphForm> graphForm, Optional<InputValues> inputValues) {
            this(path, engine, engineOptions, deformableAttention, graphForm, inputValues, Optional.empty());
        }

        /// On the default engine.
        public static Source of(Path path) {
            return new Source(path, Segmenter.DEFAULT_ENGINE, EngineOptions.standard(), DeformableAttention.ENGINE, Optional.empty(),
                    Optional.empty());
        }

        /// The same on another engine.
        public Source on(String otherEngine) {
            return new Source(path, otherEngine, engineOptions, deformableAttention, graphForm, inputValues, calibration);
        }

        /// The same with another expansion of deformable attention.
        public Source with(DeformableAttention form) {
            return new Source(path, engine, engineOptions, form, graphForm, inputValues, calibration);
        }

        /// The same with this form of the graph.
        public Source with(GraphForm form) {
            return new Source(path, engine, engineOptions, deformableAttention, Optional.of(form), inputValues, calibration);
        }

        /// The same in int8, with ranges from pictures.
        public Source inInt8(CalibrationOptions ranges) {
            return new Source(path, engine, engineOptions.withPrecision(Precision.INT8), deformableAttention, graphForm, inputValues,
                    Optional.of(ranges));
        }

        public Kind kind() {
            if (Files.isDirectory(path)) {
                return HuggingFaceFolder.find(path).isPresent() ? Kind.CHECKPOINT : Kind.LABELS;
            }
            return NetworkFile.isNamed(path) ? Kind.ONNX : Kind.CHECKPOINT;
        }
    }

    /// What both sides have in common.
    ///
    /// @param model      what checkpoints cannot say of themselves
    /// @param resizeRule the size at which pictures enter the networks; by default the fixed size of an ONNX file, else the
    ///                   official rule of the reference's dataset, else of the other's
    /// @param labelIds   the numbers in label maps from folders
    /// @param limits     of label maps from folders
    public record Options(ModelOptions model, Optional<ResizeRule> resizeRule, LabelIds labelIds, ImageLimits limits) {
        public static Options standard() {
            return new Options(ModelOptions.none(), Optional.empty(), LabelIds.DATASET, ImageLimits.DEFAULT);
        }

        /// The same with another size.
        public Options withResizeRule(ResizeRule rule) {
            return new Options(model, Optional.of(rule), labelIds, limits);
        }

        /// The same with other numbers in label maps.
        public Options withLabelIds(LabelIds ids) {
            return new Options(model, resizeRule, ids, limits);
        }

        /// The same with what checkpoints cannot say of themselves.
        public Options withModel(ModelOptions options) {
            return new Options(options, resizeRule, labelIds, limits);
        }
    }

    /// What came of one picture.
    ///
    /// @param picture    as it was compared: at its own or the network's size
    /// @param labels     train ids of the reference; 65535 where it gives a pixel no class
    /// @param others     train ids of the other, likewise
    /// @param margins    of the reference, float32 `[height, width]`, if it has scores
    /// @param agreement  of the pixels to which the reference gives a class; without margins all are clear
    /// @param unlabelled the other pixels
    /// @param errors     of the outputs that both networks give in one type, by name
    public record Result(RgbImage picture, LabelMap labels, LabelMap others, Optional<Tensor> margins, Agreement agreement, long unlabelled,
            List<OutputError> errors) {
        public Result {
            errors = List.copyOf(errors);
        }
    }

    /// Opens both.
    ///
    /// @throws MaskforgeException                           if they cannot be compared, or one cannot be used as it is
    /// @throws dev.maskforge.checkpoint.CheckpointException if a checkpoint is none, or is damaged
    /// @throws dev.maskforge.models.UnknownModelException   if one holds no model that is known
    /// @throws dev.maskforge.graph.onnx.OnnxException       if an ONNX file is damaged, or unknown to us
    /// @throws dev.maskforge.engine.EngineException         if an engine is missing or refuses a model
    public static Comparison open(Source reference, Source other, Options options) {
        try (OpenedSources opened = OpenedSources.open(reference, other, options)) {
            Optional<ResizeRule> rule = opened.resizeRule();
            Optional<Preprocessing> atNetworkSize = opened.needsNetworkSize() ? rule.map(opened::preprocessing) : Optional.empty();
            ClassList classes = opened.classes();
            Side first = opened.reference().build(rule, classes, options);
            try {
                return new Comparison(first, opened.other().build(rule, classes, options), atNetworkSize, classes);
            } catch (RuntimeException | Error e) {
                first.close();
                throw e;
            }
        }
    }

    /// Looks inside both networks for the place where they begin to differ, on one picture. Values are told by their names,
    /// which are the same in all graphs that come from one checkpoint.
    ///
    /// @param bound the relative error above which a value is wrong
    /// @throws MaskforgeException                   if one is no network, or they have no value in common
    /// @throws dev.maskforge.engine.EngineException if an engine refuses a network with more outputs, or fails
    public static LayerComparison.Report layers(Source reference, Source other, Options options, RgbImage picture, double bound) {
        try (OpenedSources opened = OpenedSources.open(reference, other, options); Arena arena = Arena.ofShared()) {
            ResizeRule rule = opened.resizeRule().orElseThrow(() -> new MaskforgeException("folders of label maps have no layers"));
            return LayerComparison.run(opened.reference().subject(rule, picture, arena), opened.other().subject(rule, picture, arena),
                    bound);
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException("the layers of " + reference.path() + " and " + other.path() + " cannot be compared: "
                    + e.getMessage() + "; compare graphs that come from one checkpoint", e);
        }
    }

    /// The names and colours of the classes: the user's, else those that a side knows, the reference first, else made up.
    public ClassList classes() {
        return classes;
    }

    /// Whether label maps are compared at the network's size instead of the picture's.
    public boolean isAtNetworkSize() {
        return atNetworkSize.isPresent();
    }

    /// Asks both about a picture.
    ///
    /// @param name of its file without folder and ending, by which folders of label maps have it
    /// @throws MaskforgeException                   if a folder has no label map of this name and size
    /// @throws dev.maskforge.vision.ImageException  if a label map cannot be read
    /// @throws dev.maskforge.engine.EngineException if an engine fails
    public Result compare(RgbImage picture, String name) {
        RgbImage compared = atNetworkSize.map(preprocessing -> preprocessing.resized(picture)).orElse(picture);
        return reference.answer(compared, name, said -> other.answer(compared, name, answered -> result(compared, said, answered)));
    }

    private static Result result(RgbImage picture, Answer reference, Answer other) {
        requireSize("first", reference.labels(), picture);
        requireSize("second", other.labels(), picture);
        float[] margins = reference.margins().map(Tensor::toFloats).orElse(new float[0]);
        AgreementCounter counter = new AgreementCounter();
        long unlabelled = 0;
        for (int pixel = 0; pixel < reference.labels().pixels(); pixel++) {
            int label = reference.labels().at(pixel);
            int answered = other.labels().at(pixel);
            if (label == Answer.NO_CLASS) {
                unlabelled++;
            } else {
                counter.add(label, answered == Answer.NO_CLASS ? Agreement.NO_CLASS : answered,
                        margins.length == 0 || margins[pixel] > Agreement.MARGIN);
            }
        }
        return new Result(picture, reference.labels(), other.labels(), reference.margins(), counter.agreement(), unlabelled,
                errors(reference.outputs(), other.outputs()));
    }

    private static void requireSize(String which, LabelMap labels, RgbImage picture) {
        if (labels.height() != picture.height() || labels.width() != picture.width()) {
            throw new IllegalStateException("the " + which + " gives a " + labels + " of a " + picture);
        }
    }

    private static List<OutputError> errors(SequencedMap<String, Tensor> reference, SequencedMap<String, Tensor> other) {
        List<OutputError> errors = new ArrayList<>();
        reference.forEach((name, tensor) -> {
            Tensor answered = other.get(name);
            if (answered != null && answered.type().equals(tensor.type())) {
                errors.add(Comparator.error(name, tensor, answered));
            }
        });
        return errors;
    }

    @Override
    public void close() {
        try (other; reference) {
            // Both, whatever the first says.
        }
    }
}
