package dev.maskforge;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Checksum;
import dev.maskforge.checkpoint.OfficialName;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.Models;
import dev.maskforge.models.Normalisation;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.models.Zoo;
import dev.maskforge.models.layer.Parameters.Usage;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.SegmentationClass;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A checkpoint that has been opened and understood: which model it holds, for which task and dataset.
///
/// Its graphs use its memory, and so do the engines that are built of them: close it when the last of them is closed. While
/// a [Segmenter] works with it, it does not close.
public final class ModelFile implements AutoCloseable {
    private final Path path;
    private final Weights weights;
    private final CheckpointModel model;
    private final Checksum checksum;
    private final Optional<Zoo.Entry> official;
    private final Dataset dataset;
    private final Task task;
    private final Arena arena = Arena.ofShared();
    private int users;
    private boolean closed;

    private ModelFile(Path path, Weights weights, CheckpointModel model, Checksum checksum, Optional<Zoo.Entry> official,
            ModelOptions options) {
        this.path = path;
        this.checksum = checksum;
        this.weights = weights;
        this.model = model;
        this.official = official;
        this.dataset = dataset(model.model(), official, options);
        this.task = official.map(Zoo.Entry::task).or(options::task).orElse(Task.SEMANTIC);
    }

    /// Opens a checkpoint. Task and dataset come from the table of official files, else from the options, else the dataset
    /// from the number of classes, and the task is semantic. An official file's name holds digits of its md5, which are
    /// checked.
    ///
    /// @throws dev.maskforge.checkpoint.CheckpointException if it is no checkpoint, is damaged, or is not what its name says
    /// @throws dev.maskforge.models.UnknownModelException   if it holds no model that is known
    public static ModelFile open(Path path, ModelOptions options) {
        Weights weights = Checkpoints.open(path);
        try {
            Checksum checksum = Checksum.of(path);
            Optional<Zoo.Entry> official = official(path, checksum);
            return new ModelFile(path, weights, Models.recognise(weights), checksum, official, options);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    public MaskClassifier model() {
        return model.model();
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
        return official;
    }

    public Dataset dataset() {
        return dataset;
    }

    public Task task() {
        return task;
    }

    /// The names and colours of the classes: the dataset's, or made up where its list is not known.
    public ClassList classes() {
        int count = model.model().classes();
        return ClassList.ofDataset(dataset.name()).filter(list -> list.size() == count).orElseGet(() -> ClassList.generated(count));
    }

    /// How the model and the file's tensors meet.
    public Usage usage() {
        try (Arena widened = Arena.ofConfined()) {
            return model.build(InputShape.free(), Output.RAW, Normalisation.IMAGENET, widened).usage();
        }
    }

    /// The graph as authored, with the file's weights.
    ///
    /// @throws MaskforgeException if weights are missing, of another shape, or left over
    public Graph graph(InputShape input, Output output) {
        CheckpointModel.Built built = model.build(input, output, Normalisation.IMAGENET, arena);
        requireComplete(built.usage());
        return built.graph().withMetadata(metadata(input, output));
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

    private SequencedMap<String, String> metadata(InputShape input, Output output) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("maskforge.version", Version.current());
        metadata.put("maskforge.source", String.valueOf(path.getFileName()));
        metadata.put("maskforge.source.md5", checksum.hexadecimal());
        metadata.put("maskforge.architecture", model.model().name());
        metadata.put("maskforge.backbone", model.model().backbone().name());
        metadata.put("maskforge.task", task.toString());
        metadata.put("maskforge.dataset", dataset.name());
        metadata.put("maskforge.classes", Integer.toString(model.model().classes()));
        metadata.put("maskforge.class_names", classes().classes().stream().map(SegmentationClass::name).collect(Collectors.joining("\n")));
        metadata.put("maskforge.queries", Integer.toString(model.model().queries()));
        metadata.put("maskforge.output", output.name().toLowerCase(Locale.ROOT));
        metadata.put("maskforge.input", "image: float32 [" + input.batch() + ", 3, " + input.height() + ", " + input.width()
                + "], RGB, 0 to 255, padded on the right and at the bottom with " + Normalisation.IMAGENET.mean());
        metadata.put("maskforge.precision", "fp32");
        return metadata;
    }

    private static Optional<Zoo.Entry> official(Path path, Checksum checksum) {
        Optional<OfficialName> name = OfficialName.of(path);
        name.ifPresent(official -> official.verify(path, checksum));
        return name.flatMap(official -> Zoo.find(official.digits()));
    }

    private static Dataset dataset(MaskClassifier model, Optional<Zoo.Entry> official, ModelOptions options) {
        Dataset dataset = official.flatMap(entry -> Dataset.named(entry.dataset())).or(options::dataset)
                .orElseGet(() -> Dataset.ofClasses(model.classes()));
        return dataset.classes() == model.classes() ? dataset
                : new Dataset(dataset.name(), model.classes(), dataset.resizeRule(), dataset.nativeSize());
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
        weights.close();
        arena.close();
    }
}
