package dev.maskforge;

import dev.maskforge.graph.Tensor;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.Size;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What a file that was made of a checkpoint states of the model in it: an ONNX file, or a plan.
///
/// A file that gives labels or scores has put its queries together, so whatever it was trained for, it is one of semantic
/// segmentation.
///
/// @param network how pictures go in and classes come out
/// @param task    what its outputs answer
/// @param classes of pixels
/// @param made    how such files are made, such as `convert`
record StatedModel(OnnxNetwork network, Task task, ClassList classes, String made) {
    private static final String MASKFORMER = "MaskFormer";
    private static final String MASK2FORMER = "Mask2Former";
    private static final List<String> SAID = List.of("maskforge.architecture", "maskforge.task", "maskforge.dataset",
            "maskforge.class_names",
            "maskforge.input");

    /// The first of the things that a file must say of itself, and does not.
    static Optional<String> missing(Map<String, String> metadata) {
        return SAID.stream().filter(key -> !metadata.containsKey(key)).findFirst();
    }

    /// Reads what a file that says all of them states. What it says is what it is; of the options, only a list of classes
    /// counts.
    ///
    /// @throws MaskforgeException if it contradicts itself, or gives nothing that it was trained for
    static StatedModel of(OnnxNetwork network, ModelOptions options, String made) {
        Task trained = network.task().orElseThrow(() -> contradicts(network, "it knows no task '"
                + network.text("maskforge.task").orElse("") + "'", made));
        if (network.architecture().filter(name -> name.equals(MASKFORMER) || name.equals(MASK2FORMER)).isEmpty()) {
            throw contradicts(network, "there is no architecture '" + network.architecture().orElse("") + "'", made);
        }
        boolean isLogits = network.richest() instanceof OnnxOutput.Logits;
        if (!isLogits && trained == Task.INSTANCE) {
            throw new MaskforgeException(network.path()
                    + " gives the classes of pixels, and was trained for objects, which do not follow from them; " + made
                    + " it anew with '--output raw'");
        }
        ClassList said = network.classes().orElseThrow(() -> contradicts(network, "it names no classes", made));
        ClassList classes = options.classes().orElse(said);
        OptionalInt count = network.richest().classCount(network.border());
        if (count.orElse(said.size()) != said.size() || classes.size() != said.size()) {
            throw contradicts(network, "it names " + said.size() + " classes, where " + (count.orElse(said.size()) != said.size()
                    ? "its output has " + count.getAsInt()
                    : "the list '" + classes.dataset() + "' has " + classes.size()), made);
        }
        return new StatedModel(network, isLogits ? trained : Task.SEMANTIC, classes, made);
    }

    private static MaskforgeException contradicts(OnnxNetwork network, String what, String made) {
        return new MaskforgeException(network.path() + " cannot be run on pictures: " + what + "; " + made + " its checkpoint anew");
    }

    String architecture() {
        return network.architecture().orElseThrow();
    }

    /// What else it says of its network, such as `ResNet-50, 100 queries`; the file's words.
    String networkInWords() {
        return network.text("maskforge.backbone").orElse("unknown backbone")
                + network.text("maskforge.queries").map(queries -> ", " + queries + " queries").orElse("");
    }

    Dataset dataset() {
        return network.dataset().orElse(Dataset.UNKNOWN);
    }

    Optional<String> trainingData() {
        return network.text("maskforge.training_data").filter(text -> !text.isBlank());
    }

    Set<Task> results() {
        return task == Task.PANOPTIC
                ? isFirstGeneration() ? EnumSet.of(Task.SEMANTIC, Task.PANOPTIC) : EnumSet.allOf(Task.class)
                : EnumSet.of(task);
    }

    String cureForTask() {
        return network.richest() instanceof OnnxOutput.Logits
                ? "take a model that is trained for it"
                : "if it was trained for it, " + made + " it anew with '--output raw'";
    }

    boolean isFirstGeneration() {
        return architecture().equals(MASKFORMER);
    }

    /// Whether it gives labels of the size of the network's input, and nothing from which those of another would follow.
    boolean givesLabelsAlone() {
        return used() instanceof OnnxOutput.Labels;
    }

    /// How a model trained like this is tested.
    Dataset.Testing testing() {
        return network.testing().orElseGet(() -> Dataset.UNKNOWN.testing(task, architecture(), ""));
    }

    /// The size of its input in words, if it has one.
    String fixedSize() {
        return network.fixedSize().map(Size::toString).orElse("");
    }

    private OnnxOutput used() {
        return network.richest() instanceof OnnxOutput.Logits ? network.richest() : network.readiest();
    }

    /// What the network said of a batch of pictures of one size.
    ///
    /// @param arrays for label maps
    /// @throws MaskforgeException if it is not what the file promised
    NetworkAnswer answer(Map<String, Tensor> outputs, LabelArrays arrays, int pictures, int height, int width) {
        try {
            NetworkAnswer answer = switch (used()) {
                case OnnxOutput.Logits(String ofClasses, String masks) -> new NetworkAnswer.Queries(
                        new QueryOutputs(OnnxOutput.of(outputs, ofClasses), OnnxOutput.of(outputs, masks)));
                case OnnxOutput.Scores(String name) -> new NetworkAnswer.Scores(OnnxOutput.of(outputs, name));
                case OnnxOutput.Labels(String name) -> new NetworkAnswer.Labels(OnnxOutput.of(outputs, name), arrays);
            };
            answer.requireFit(pictures, classes.size(), height, width);
            return answer;
        } catch (IllegalArgumentException e) {
            throw new MaskforgeException(network.path() + " does not give what it says: " + e.getMessage() + "; " + made
                    + " its checkpoint anew", e);
        }
    }
}
