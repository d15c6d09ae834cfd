package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// An ONNX file that `convert` wrote: its metadata say what it is. Files of others do not, and are refused.
///
/// A file that gives labels or scores has put its queries together, so whatever it was trained for, it is one of semantic
/// segmentation.
public final class OnnxModelFile implements SegmentationModel {
    private static final String MASKFORMER = "MaskFormer";
    private static final String MASK2FORMER = "Mask2Former";
    private static final List<String> SAID = List.of("maskforge.architecture", "maskforge.task", "maskforge.dataset",
            "maskforge.class_names",
            "maskforge.input");

    private final OnnxNetwork network;
    private final Task task;
    private final ClassList classes;

    private OnnxModelFile(OnnxNetwork network, Task task, ClassList classes) {
        this.network = network;
        this.task = task;
        this.classes = classes;
    }

    /// Whether a path is that of an ONNX file, by its name.
    static boolean isNamed(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    /// Opens a file. What it says of itself is what it is; of the options, only a list of classes counts.
    ///
    /// @throws MaskforgeException                     if it does not say what it is, contradicts itself, or gives nothing that
    ///                                                it was trained for
    /// @throws dev.maskforge.graph.onnx.OnnxException if it is damaged or unknown to us
    public static OnnxModelFile open(Path path, ModelOptions options) {
        OnnxBorder border = OnnxReader.readBorder(path);
        List<String> missing = SAID.stream().filter(key -> !border.metadata().containsKey(key)).toList();
        if (!missing.isEmpty()) {
            throw new MaskforgeException(path + " does not say what it is ('" + missing.getFirst()
                    + "' is not in its metadata), as files of 'maskforge convert' do, so nothing is known of its classes; "
                    + "'maskforge optimize', 'bench' and 'compare' take the files of others");
        }
        OnnxNetwork network = OnnxNetwork.of(path, border, Optional.empty());
        Task trained = network.task().orElseThrow(() -> contradicts(path, "it knows no task '" + border.metadata().get("maskforge.task")
                + "'"));
        if (network.architecture().filter(name -> name.equals(MASKFORMER) || name.equals(MASK2FORMER)).isEmpty()) {
            throw contradicts(path, "there is no architecture '" + border.metadata().get("maskforge.architecture") + "'");
        }
        boolean isLogits = network.richest() instanceof OnnxOutput.Logits;
        if (!isLogits && trained == Task.INSTANCE) {
            throw new MaskforgeException(path + " gives the classes of pixels, and was trained for objects, which do not follow from them; "
                    + "convert it anew with '--output raw'");
        }
        ClassList said = network.classes().orElseThrow(() -> contradicts(path, "it names no classes"));
        ClassList classes = options.classes().orElse(said);
        OptionalInt count = network.richest().classCount(border);
        if (count.orElse(said.size()) != said.size() || classes.size() != said.size()) {
            throw contradicts(path, "it names " + said.size() + " classes, where " + (count.orElse(said.size()) != said.size()
                    ? "its output has " + count.getAsInt()
                    : "the list '" + classes.dataset() + "' has " + classes.size()));
        }
        return new OnnxModelFile(network, isLogits ? trained : Task.SEMANTIC, classes);
    }

    private static MaskforgeException contradicts(Path path, String what) {
        return new MaskforgeException(path + " cannot be run on pictures: " + what + "; convert its checkpoint anew");
    }

    @Override
    public Path path() {
        return network.path();
    }

    OnnxNetwork network() {
        return network;
    }

    @Override
    public String architecture() {
        return network.architecture().orElseThrow();
    }

    /// What else it says of its network, such as `ResNet-50, 100 queries`; the file's words.
    public String networkInWords() {
        return network.text("maskforge.backbone").orElse("unknown backbone")
                + network.text("maskforge.queries").map(queries -> ", " + queries + " queries").orElse("");
    }

    @Override
    public Dataset dataset() {
        return network.dataset().orElse(Dataset.UNKNOWN);
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public ClassList classes() {
        return classes;
    }

    @Override
    public Optional<String> trainingData() {
        return network.text("maskforge.training_data").filter(text -> !text.isBlank());
    }

    @Override
    public Set<Task> results() {
        return task == Task.PANOPTIC
                ? architecture().equals(MASK2FORMER) ? EnumSet.allOf(Task.class) : EnumSet.of(Task.SEMANTIC, Task.PANOPTIC)
                : EnumSet.of(task);
    }

    @Override
    public String cureForTask() {
        return network.richest() instanceof OnnxOutput.Logits
                ? "take a model that is trained for it"
                : "if it was trained for it, convert it anew with '--output raw'";
    }

    boolean isFirstGeneration() {
        return architecture().equals(MASKFORMER);
    }

    /// How a model trained like this is tested.
    Dataset.Testing testing() {
        return network.testing().orElseGet(() -> Dataset.UNKNOWN.testing(task, architecture(), ""));
    }

    /// @throws MaskforgeException if the file has one size, and another is asked for
    @Override
    public Preprocessing preprocessing(Optional<ResizeRule> rule) {
        Optional<ResizeRule> own = network.fixedSize().map(size -> new ResizeRule.FitInside(size.height(), size.width()));
        if (own.isPresent() && rule.isPresent() && !own.equals(rule)) {
            throw new MaskforgeException(path() + " takes pictures of " + network.fixedSize().map(Size::toString).orElse("")
                    + " pixels alone, into which others are fitted; leave '--size' out, or convert it with '--size free'");
        }
        return network.preprocessing(own.or(() -> rule).orElseGet(() -> testing().resizeRule()));
    }

    Engine engine(EngineProvider provider, EngineOptions options) {
        return provider.open(path(), options);
    }

    /// What the network said of a batch of pictures of one size.
    ///
    /// @throws MaskforgeException if it is not what the file promised
    NetworkAnswer answer(Map<String, Tensor> outputs, int pictures, int height, int width) {
        OnnxOutput form = network.richest() instanceof OnnxOutput.Logits ? network.richest() : network.readiest();
        try {
            NetworkAnswer answer = switch (form) {
                case OnnxOutput.Logits(String ofClasses, String masks) -> new NetworkAnswer.Queries(
                        new QueryOutputs(OnnxOutput.of(outputs, ofClasses), OnnxOutput.of(outputs, masks)));
                case OnnxOutput.Scores(String name) -> new NetworkAnswer.Scores(OnnxOutput.of(outputs, name));
                case OnnxOutput.Labels(String name) -> new NetworkAnswer.Labels(OnnxOutput.of(outputs, name));
            };
            answer.requireFit(pictures, classes.size(), height, width);
            return answer;
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException(path() + " does not give what it says: " + e.getMessage() + "; convert its checkpoint anew", e);
        }
    }

    /// What it states of itself is on the heap, so there is nothing to free.
    @Override
    public void close() {
    }
}
