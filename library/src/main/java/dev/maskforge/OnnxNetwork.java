package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.PixelMean;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.SegmentationClass;
import dev.maskforge.vision.SemanticInference.Resampled;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// An ONNX file, ours or another tool's, of which it is known how a picture goes in and classes come out. Ours say so in
/// their metadata; of others, the types tell, and what the input's numbers mean must be said. This is the one rule by which
/// all commands take ONNX files.
///
/// @param border  what it states of itself
/// @param input   the name of its input, float32 `[N, 3, H, W]`
/// @param values  what the input's numbers mean
/// @param outputs what it gives, those that say most first; one at least
public record OnnxNetwork(Path path, OnnxBorder border, String input, InputValues values, List<OnnxOutput> outputs) {
    private static final String SAYS_INPUT = "maskforge.input";
    private static final Pattern PADDING = Pattern.compile("padded .* with \\[([0-9.]{1,20}), ([0-9.]{1,20}), ([0-9.]{1,20})]");
    private static final int DIVISOR = 32;
    private static final int LARGEST_SIDE = 1 << 15;

    public OnnxNetwork {
        outputs = List.copyOf(outputs);
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException(path + " gives nothing");
        }
    }

    /// Reads what a file states of itself.
    ///
    /// @param said what the input's numbers mean, if somebody says so; of no account where the file says it itself
    /// @throws MaskforgeException                      if it is no model of pictures, or nothing says what its numbers mean
    /// @throws dev.maskforge.graph.onnx.OnnxException  if the file is damaged or unknown to us
    /// @throws dev.maskforge.engine.plan.PlanException if it is a plan of which nothing is known
    public static OnnxNetwork read(Path path, Optional<InputValues> said) {
        return of(path, NetworkFile.border(path), said);
    }

    static OnnxNetwork of(Path path, OnnxBorder border, Optional<InputValues> said) {
        String input = input(path, border);
        InputValues values = Optional.of(InputValues.RGB).filter(_ -> border.metadata().containsKey(SAYS_INPUT)).or(() -> said)
                .orElseThrow(() -> new MaskforgeException(path + " does not say what the numbers in its input '" + input
                        + "' mean; say '--input-values rgb' (0 to 255) or '--input-values normalised' (ImageNet's mean and deviation "
                        + "taken off); 'compare' takes it with '-a' or '-b' behind it for one side alone"));
        List<OnnxOutput> outputs = OnnxOutput.all(border, border.inputs().firstEntry().getValue().shape());
        if (outputs.isEmpty()) {
            throw new MaskforgeException(path + " gives " + ports(border.outputs())
                    + ", which are no classes of pixels; export it with one output, labels (integers [N, H, W]) or scores "
                    + "(float32[N, K, H, W]), or with the two 'pred_logits' and 'pred_masks'");
        }
        return new OnnxNetwork(path, border, input, values, outputs);
    }

    private static String input(Path path, OnnxBorder border) {
        if (border.inputs().size() == 1) {
            TensorType type = border.inputs().firstEntry().getValue();
            Shape shape = type.shape();
            if (type.dataType() == DataType.FLOAT32 && shape.rank() == 4 && isOrMayBe(shape.get(0), 1, 1) && isOrMayBe(shape.get(1), 3, 3)
                    && isOrMayBe(shape.get(2), 1, LARGEST_SIDE) && isOrMayBe(shape.get(3), 1, LARGEST_SIDE)) {
                return border.inputs().firstEntry().getKey();
            }
        }
        throw new MaskforgeException(path + " takes " + ports(border.inputs())
                + ", not one picture; export it with a single input, float32[1, 3, H, W] or with a free batch");
    }

    private static boolean isOrMayBe(Dimension dimension, long least, long most) {
        return !dimension.isConstant() || dimension.size() >= least && dimension.size() <= most;
    }

    static String ports(SequencedMap<String, TensorType> ports) {
        return ports.isEmpty()
                ? "nothing"
                : ports.entrySet().stream().map(port -> "'" + port.getKey() + "' " + port.getValue()).collect(Collectors.joining(", "));
    }

    /// The output that says most: for comparing, and for answers of every kind.
    public OnnxOutput richest() {
        return outputs.getFirst();
    }

    /// The output that leaves least to do: for labels, and for timing.
    public OnnxOutput readiest() {
        return outputs.getLast();
    }

    private Shape inputShape() {
        return border.inputs().firstEntry().getValue().shape();
    }

    /// The size of the pictures that it takes, if it is fixed.
    public Optional<Size> fixedSize() {
        Shape shape = inputShape();
        return shape.get(2).isConstant() && shape.get(3).isConstant()
                ? Optional.of(new Size(Math.toIntExact(shape.get(2).size()), Math.toIntExact(shape.get(3).size())))
                : Optional.empty();
    }

    /// Whether it takes pictures of this size.
    public boolean takes(Size size) {
        try {
            inputShape().solve(Shape.of(1, 3, size.height(), size.width()));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// Whether it takes several pictures at once.
    boolean takesBatches() {
        return !inputShape().get(0).isConstant();
    }

    /// The size at which a model trained like this is tested, if it says what it was trained on.
    Optional<ResizeRule> officialRule() {
        return testing().map(Dataset.Testing::resizeRule);
    }

    /// How a model trained like this is tested, if it says what it was trained on.
    Optional<Dataset.Testing> testing() {
        return dataset().flatMap(
                dataset -> task().map(task -> dataset.testing(task, architecture().orElse(""), text("maskforge.backbone").orElse(""))));
    }

    /// How a picture enters it.
    Preprocessing preprocessing(ResizeRule rule) {
        return new Preprocessing(rule, fixedSize().isPresent() ? 1 : sizeDivisibility(), mean());
    }

    private int sizeDivisibility() {
        return text("maskforge.size_divisibility").filter(text -> text.matches("[1-9]\\d{0,3}")).map(Integer::parseInt).orElse(DIVISOR);
    }

    private PixelMean mean() {
        Optional<Matcher> said = text(SAYS_INPUT).map(PADDING::matcher).filter(Matcher::find);
        try {
            return said.map(mean -> new PixelMean(Float.parseFloat(mean.group(1)), Float.parseFloat(mean.group(2)),
                    Float.parseFloat(mean.group(3)))).orElse(PixelMean.IMAGENET);
        } catch (NumberFormatException _) {
            return PixelMean.IMAGENET;
        }
    }

    /// What is brought to the picture's size: models of segments and objects resize masks first.
    public Resampled resampled() {
        return task().orElse(Task.SEMANTIC) == Task.SEMANTIC ? Resampled.CLASS_SCORES : Resampled.MASK_LOGITS;
    }

    /// The number of its classes, if it is known before it runs.
    OptionalInt classCount() {
        OptionalInt shown = outputs.stream().map(output -> output.classCount(border)).filter(OptionalInt::isPresent).findFirst()
                .orElse(OptionalInt.empty());
        return shown.isPresent() ? shown : classes().map(list -> OptionalInt.of(list.size())).orElse(OptionalInt.empty());
    }

    /// The names of its classes, if it says so: in the dataset's colours, if they are the dataset's.
    Optional<ClassList> classes() {
        List<String> names = text("maskforge.class_names").filter(text -> !text.isBlank())
                .map(text -> Arrays.asList(text.split("\n", -1))).orElse(List.of());
        if (names.isEmpty() || names.size() > Answer.NO_CLASS) {
            return Optional.empty();
        }
        return dataset().flatMap(dataset -> task().flatMap(task -> dataset.classList(task, names.size())))
                .filter(list -> list.classes().stream().map(SegmentationClass::name).toList().equals(names))
                .or(() -> Optional.of(withThings(ClassList.named("of " + path.getFileName(), names))));
    }

    private ClassList withThings(ClassList list) {
        Set<String> things = Set.copyOf(Arrays.asList(text("maskforge.things").orElse("").split(",", -1)));
        return new ClassList(list.dataset(), list.classes().stream().map(each -> new SegmentationClass(each.trainId(), each.datasetId(),
                each.name(), each.colour(), things.contains(Integer.toString(each.trainId())))).toList());
    }

    Optional<Dataset> dataset() {
        return text("maskforge.dataset").flatMap(Dataset::named);
    }

    Optional<Task> task() {
        return text("maskforge.task")
                .flatMap(name -> Arrays.stream(Task.values()).filter(task -> task.toString().equals(name)).findFirst());
    }

    Optional<String> architecture() {
        return text("maskforge.architecture");
    }

    /// What a file of ours says of itself under a key.
    Optional<String> text(String key) {
        return Optional.ofNullable(border.metadata().get(key));
    }
}
