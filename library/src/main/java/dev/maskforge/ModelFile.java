package dev.maskforge;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Checksum;
import dev.maskforge.checkpoint.HuggingFaceFolder;
import dev.maskforge.checkpoint.OfficialName;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.HuggingFaceConfiguration;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Mask2Former;
import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.MaskFormer;
import dev.maskforge.models.ModelConfiguration;
import dev.maskforge.models.Models;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.models.Zoo;
import dev.maskforge.models.layer.Parameters.Usage;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.PixelMean;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.SegmentationClass;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A checkpoint that has been opened and understood: which model it holds, for which task and dataset.
///
/// Its graphs use its memory, and so do the engines that are built of them: close it when the last of them is closed. While
/// a [Segmenter] works with it, it does not close.
public final class ModelFile implements SegmentationModel {
    private static final String TRAINING_DATA = "training_data";

    private final Path path;
    private final Weights weights;
    private final CheckpointModel model;
    private final Checksum checksum;
    private final ModelIdentity identity;
    private final Arena arena = Arena.ofShared();
    private int users;
    private boolean closed;

    private ModelFile(Path path, Weights weights, CheckpointModel model, Checksum checksum, ModelIdentity identity) {
        this.path = path;
        this.checksum = checksum;
        this.weights = weights;
        this.model = model;
        this.identity = identity;
    }

    /// Opens a checkpoint: a file, a Hugging Face folder, or the name of one in the local hub cache. Task and dataset come
    /// from the table of official files, else from the options, else from the configuration beside the weights, else from
    /// the number of classes. An official file's name holds digits of its md5, which are checked.
    ///
    /// @throws dev.maskforge.checkpoint.CheckpointException if it is no checkpoint, is damaged, or is not what its name says
    /// @throws dev.maskforge.models.UnknownModelException   if it holds no model that is known
    /// @throws MaskforgeException                           if the options contradict it
    public static ModelFile open(Path given, ModelOptions options) {
        Path path = located(given);
        Weights weights = Checkpoints.open(path);
        try {
            Checksum checksum = Checksum.of(path);
            Optional<Zoo.Entry> official = official(path, checksum);
            ModelConfiguration beside = HuggingFaceFolder.find(path).map(folder -> HuggingFaceConfiguration.read(folder.config()))
                    .orElse(ModelConfiguration.none());
            CheckpointModel model = Models.recognise(weights, options.configuration().withNetworkOf(beside));
            return new ModelFile(path, weights, model, checksum, ModelIdentity.of(model.model(), official, options, beside));
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /// The path itself, or the folder in the local hub cache that it is the name of.
    private static Path located(Path given) {
        boolean mayBeName = !Files.exists(given) && HuggingFaceFolder.isHubName(given.toString());
        return mayBeName ? HuggingFaceFolder.inHubCache(given.toString(), System.getenv()).path() : given;
    }

    @Override
    public Path path() {
        return path;
    }

    public MaskClassifier model() {
        return model.model();
    }

    @Override
    public String architecture() {
        return model.model().name();
    }

    public Weights weights() {
        return weights;
    }

    /// The md5 of the file.
    public Checksum checksum() {
        return checksum;
    }

    /// Its line in the zoo, if it is an official file.
    public Optional<Zoo.Entry> official() {
        return identity.official();
    }

    @Override
    public Dataset dataset() {
        return identity.dataset();
    }

    @Override
    public Task task() {
        return identity.task();
    }

    /// The names and colours of the classes: the user's, the dataset's, those beside the weights, or made up.
    @Override
    public ClassList classes() {
        return identity.classes();
    }

    /// What the checkpoint says that it was trained on, in words: `training_data` beside its tensors. Who trains on something
    /// narrow should say so there, since the classes alone promise more.
    @Override
    public Optional<String> trainingData() {
        return Optional.ofNullable(weights.metadata().get(TRAINING_DATA)).filter(text -> !text.isBlank());
    }

    /// What the model can be asked for: what it was trained for, and for a model of panoptic segmentation the labels in its
    /// segments and, as the original has it for Mask2Former, the things as instances.
    @Override
    public Set<Task> results() {
        return switch (identity.task()) {
            case PANOPTIC -> switch (model.model()) {
                case Mask2Former _ -> EnumSet.allOf(Task.class);
                case MaskFormer _ -> EnumSet.of(Task.SEMANTIC, Task.PANOPTIC);
            };
            case SEMANTIC, INSTANCE -> EnumSet.of(identity.task());
        };
    }

    /// What to do for an answer that is not among [#results()]; what an official file is trained for is known.
    @Override
    public String cureForTask() {
        return identity.official().isPresent() ? "take another official model, see 'maskforge zoo'"
                : "if it is trained for another task, say so with '--task'";
    }

    /// How it is run.
    ModelIdentity identity() {
        return identity;
    }

    /// How pictures enter the network.
    ///
    /// @param rule their size, by default the dataset's official rule
    @Override
    public Preprocessing preprocessing(Optional<ResizeRule> rule) {
        List<Float> mean = identity.normalisation().mean();
        return new Preprocessing(rule.orElse(identity.resizeRule()), identity.sizeDivisibility(),
                new PixelMean(mean.get(0), mean.get(1), mean.get(2)));
    }

    /// The input of a graph for pictures of any size.
    public InputShape freeInput() {
        return identity.sizeDivisibility() == 1 ? InputShape.unpadded() : InputShape.free();
    }

    /// How the model and the file's tensors meet.
    public Usage usage() {
        try (Arena widened = Arena.ofConfined()) {
            return model.build(InputShape.free(), Output.RAW, identity.normalisation(), widened).usage();
        }
    }

    /// The graph as authored that takes an [image][Input#IMAGE], with the file's weights.
    ///
    /// @throws MaskforgeException if weights are missing, of another shape, or left over
    public Graph graph(InputShape input, Output output) {
        return graph(Input.IMAGE, input, output);
    }

    /// The graph as authored, with the file's weights.
    ///
    /// @param taken what it takes of pictures
    /// @throws MaskforgeException if weights are missing, of another shape, or left over
    public Graph graph(Input taken, InputShape input, Output output) {
        CheckpointModel.Built built = model.build(taken, input, output, identity.normalisation(), arena);
        requireComplete(built.usage());
        return built.graph().withMetadata(metadata(taken, input, output));
    }

    private void requireComplete(Usage usage) {
        if (!usage.isComplete()) {
            throw new MaskforgeException(path + " does not fit " + model.model().name() + " with " + model.model().backbone().name() + ": "
                    + Stream.of(count(usage.missing(), "missing"), count(usage.misshapen(), "of another shape or type"),
                            count(usage.unused(), "not used")).flatMap(Optional::stream).collect(Collectors.joining(", "))
                    + "; get the file anew, or see what 'maskforge inspect' lists");
        }
    }

    private static Optional<String> count(List<String> keys, String what) {
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(keys.size() + (keys.size() == 1 ? " tensor is " : " tensors are ") + what + " (" + keys.getFirst()
                        + (keys.size() == 1 ? ")" : ", …)"));
    }

    private SequencedMap<String, String> metadata(Input taken, InputShape input, Output output) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("maskforge.version", Version.current());
        metadata.put("maskforge.source", String.valueOf(path.getFileName()));
        metadata.put("maskforge.source.md5", checksum.hexadecimal());
        metadata.put("maskforge.architecture", model.model().name());
        metadata.put("maskforge.backbone", model.model().backbone().name());
        metadata.put("maskforge.task", identity.task().toString());
        metadata.put("maskforge.dataset", identity.dataset().name());
        trainingData().ifPresent(text -> metadata.put("maskforge.training_data", text));
        metadata.put("maskforge.classes", Integer.toString(model.model().classes()));
        metadata.put("maskforge.class_names", classes().classes().stream().map(SegmentationClass::name).collect(Collectors.joining("\n")));
        metadata.put("maskforge.things", classes().classes().stream().filter(SegmentationClass::isThing)
                .map(each -> Integer.toString(each.trainId())).collect(Collectors.joining(",")));
        metadata.put("maskforge.size_divisibility", Integer.toString(identity.sizeDivisibility()));
        metadata.put("maskforge.queries", Integer.toString(model.model().queries()));
        metadata.put("maskforge.output", output.name().toLowerCase(Locale.ROOT));
        metadata.put("maskforge.input", switch (taken) {
            case IMAGE -> "image: float32 [" + input.batch() + ", 3, " + input.height() + ", " + input.width()
                    + "], RGB, 0 to 255, padded on the right and at the bottom with " + identity.normalisation().mean();
            case PIXELS -> "pixels: uint8 [" + input.batch() + ", " + input.height() + ", " + input.width() + ", 3], RGB; valid: int32 ["
                    + input.batch() + ", 2], height and width, beyond which it is as if padded on the right and at the bottom with "
                    + identity.normalisation().mean();
        });
        metadata.put("maskforge.precision", "fp32");
        return metadata;
    }

    private static Optional<Zoo.Entry> official(Path path, Checksum checksum) {
        Optional<OfficialName> name = OfficialName.of(path);
        name.ifPresent(official -> official.verify(path, checksum));
        name.flatMap(official -> Zoo.findUnsupported(official.digits())).ifPresent(file -> {
            throw new MaskforgeException(path + " is the official " + file.configuration() + ", " + file.kind().reason()
                    + "; Maskforge runs MaskFormer and Mask2Former for pictures, see 'maskforge zoo'");
        });
        return name.flatMap(official -> Zoo.find(official.digits()));
    }

    /// Keeps the file open until as many calls of [#release()].
    synchronized void use() {
        if (closed) {
            throw new IllegalStateException(path + " is closed");
        }
        users++;
    }

    synchronized void release() {
        users--;
    }

    /// Frees the weights. A second call does nothing.
    ///
    /// @throws IllegalStateException if a segmenter works with it
    @Override
    public synchronized void close() {
        if (users > 0) {
            throw new IllegalStateException(path + " is in use by a segmenter, which closes it at its own end");
        }
        if (closed) {
            return;
        }
        closed = true;
        model.weights().close();
        arena.close();
    }
}
