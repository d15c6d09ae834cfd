package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// An ONNX file, ours or another tool's, of which it is known how a picture goes in and classes come out. Ours say so in
/// their metadata; of others, the types tell, and what the input's numbers mean must be said.
///
/// @param border  what it states of itself
/// @param input   the name of its input, float32 `[N, 3, H, W]`
/// @param values  what the input's numbers mean
/// @param outputs what it gives
record OnnxFile(Path path, OnnxBorder border, String input, InputValues values, OnnxOutputs outputs) {
    private static final String SAYS_INPUT = "maskforge.input";
    private static final Pattern PADDING = Pattern.compile("padded .* with \\[([0-9.]{1,20}), ([0-9.]{1,20}), ([0-9.]{1,20})]");
    private static final int DIVISOR = 32;
    private static final int LARGEST_SIDE = 1 << 15;

    /// @param said what the input's numbers mean, if somebody says so
    /// @throws MaskforgeException                        if it is no model of pictures, or nothing says what its numbers mean
    /// @throws dev.maskforge.graph.onnx.OnnxException    if the file is damaged or unknown to us
    static OnnxFile read(Path path, Optional<InputValues> said) {
        OnnxBorder border = OnnxReader.readBorder(path);
        String input = input(path, border);
        InputValues values = said.or(() -> Optional.of(InputValues.RGB).filter(_ -> border.metadata().containsKey(SAYS_INPUT)))
                .orElseThrow(() -> new MaskforgeException(path + " does not say what the numbers in its input '" + input
                        + "' mean; say '--input-values rgb' (0 to 255) or '--input-values normalised' (ImageNet's mean and deviation "
                        + "taken off), with '-a' or '-b' behind it for one side alone"));
        return new OnnxFile(path, border, input, values, OnnxOutputs.of(path, border));
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

    /// The size of the pictures that it takes, if it is fixed.
    Optional<Size> fixedSize() {
        Shape shape = border.inputs().firstEntry().getValue().shape();
        return shape.get(2).isConstant() && shape.get(3).isConstant()
                ? Optional.of(new Size(Math.toIntExact(shape.get(2).size()), Math.toIntExact(shape.get(3).size())))
                : Optional.empty();
    }

    /// The size at which a model trained like this is tested, if it says what it was trained on.
    Optional<ResizeRule> officialRule() {
        return dataset().flatMap(dataset -> task().map(task -> dataset.testing(task, text("maskforge.architecture").orElse(""),
                text("maskforge.backbone").orElse("")).resizeRule()));
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
    Resampled resampled() {
        return task().orElse(Task.SEMANTIC) == Task.SEMANTIC ? Resampled.CLASS_SCORES : Resampled.MASK_LOGITS;
    }

    /// The number of its classes, if it is known before it runs.
    OptionalInt classCount() {
        OptionalInt shown = outputs.classCount(border);
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
                .or(() -> Optional.of(ClassList.named("of " + path.getFileName(), names)));
    }

    private Optional<Dataset> dataset() {
        return text("maskforge.dataset").flatMap(Dataset::named);
    }

    private Optional<Task> task() {
        return text("maskforge.task")
                .flatMap(name -> Arrays.stream(Task.values()).filter(task -> task.toString().equals(name)).findFirst());
    }

    private Optional<String> text(String key) {
        return Optional.ofNullable(border.metadata().get(key));
    }
}
