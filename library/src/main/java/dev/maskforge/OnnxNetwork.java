package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.models.CheckpointModel;
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
/// @param input   how pictures go in
/// @param outputs what it gives, those that say most first; one at least
public record OnnxNetwork(Path path, OnnxBorder border, PictureInput input, List<OnnxOutput> outputs) {
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
        return read(path, said, 1);
    }

    /// As [#read(Path, Optional)], of a file that takes several pictures at once.
    ///
    /// @param batch how many
    public static OnnxNetwork read(Path path, Optional<InputValues> said, int batch) {
        return of(path, NetworkFile.border(path), said, batch);
    }

    static OnnxNetwork of(Path path, OnnxBorder border, Optional<InputValues> said, int batch) {
        PictureInput input = takesPixels(border.inputs()) ? new PictureInput.Pixels() : planes(path, border, said, batch);
        List<OnnxOutput> outputs = OnnxOutput.all(border, picturesIn(border, input));
        if (outputs.isEmpty()) {
            throw new MaskforgeException(path + " gives " + ports(border.outputs())
                    + ", which are no classes of pixels; export it with one output, labels (integers [N, H, W]) or scores "
                    + "(float32[N, K, H, W]), or with the two 'pred_logits' and 'pred_masks'");
        }
        return new OnnxNetwork(path, border, input, outputs);
    }

    private static PictureInput planes(Path path, OnnxBorder border, Optional<InputValues> said, int batch) {
        String input = input(path, border, batch);
        InputValues values = Optional.of(InputValues.RGB).filter(_ -> border.metadata().containsKey(SAYS_INPUT)).or(() -> said)
                .orElseThrow(() -> new MaskforgeException(path + " does not say what the numbers in its input '" + input
                        + "' mean; say '--input-values rgb' (0 to 255) or '--input-values normalised' (ImageNet's mean and deviation "
                        + "taken off); 'compare' takes it with '-a' or '-b' behind it for one side alone"));
        return new PictureInput.Planes(input, values);
    }

    /// Whether these are the inputs of a graph of ours that takes [dev.maskforge.models.Input#PIXELS].
    private static boolean takesPixels(SequencedMap<String, TensorType> inputs) {
        TensorType pixels = inputs.get(CheckpointModel.PIXELS);
        TensorType valid = inputs.get(CheckpointModel.VALID);
        return inputs.size() == 2 && pixels != null && valid != null && pixels.dataType() == DataType.UINT8 && pixels.shape().rank() == 4
                && isOrMayBe(pixels.shape().get(1), 1, LARGEST_SIDE) && isOrMayBe(pixels.shape().get(2), 1, LARGEST_SIDE)
                && pixels.shape().get(3).equals(Dimension.of(3)) && valid.dataType() == DataType.INT32
                && valid.shape().equals(Shape.of(pixels.shape().get(0), Dimension.of(2)));
    }

    /// `[N, 3, H, W]`, in whichever order they go in.
    private static Shape picturesIn(OnnxBorder border, PictureInput input) {
        Shape shape = border.inputs().firstEntry().getValue().shape();
        return switch (input) {
            case PictureInput.Planes _ -> shape;
            case PictureInput.Pixels _ -> {
                Shape pixels = Optional.ofNullable(border.inputs().get(CheckpointModel.PIXELS)).map(TensorType::shape).orElse(shape);
                yield Shape.of(pixels.get(0), pixels.get(3), pixels.get(1), pixels.get(2));
            }
        };
    }

    private static String input(Path path, OnnxBorder border, int batch) {
        if (border.inputs().size() == 1) {
            TensorType type = border.inputs().firstEntry().getValue();
            Shape shape = type.shape();
            if (type.dataType() == DataType.FLOAT32 && shape.rank() == 4 && isOrMayBe(shape.get(0), batch, batch)
                    && isOrMayBe(shape.get(1), 3, 3)
                    && isOrMayBe(shape.get(2), 1, LARGEST_SIDE) && isOrMayBe(shape.get(3), 1, LARGEST_SIDE)) {
                return border.inputs().firstEntry().getKey();
            }
        }
        throw new MaskforgeException(path + " takes " + ports(border.inputs())
                + ", not " + (batch == 1 ? "one picture" : batch + " pictures") + "; export it with a single input, float32[" + batch
                + ", 3, H, W] or with a free batch");
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
        return picturesIn(border, input);
    }

    /// The size of the pictures that it takes, if it is fixed.
    public Optional<Size> fixedSize() {
        Shape shape = inputShape();
        return shape.get(2).isConstant() && shape.get(3).isConstant()
                ? Optional.of(new Size(Math.toIntExact(shape.get(2).size()), Math.toIntExact(shape.get(3).size())))
                : Optional.empty();
    }

    /// Whether it takes as many pictures of this size at once.
    public boolean takes(int batch, Size size) {
        try {
            inputShape().solve(Shape.of(batch, 3, size.height(), size.width()));
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
