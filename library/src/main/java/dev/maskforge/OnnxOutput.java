package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A way in which an ONNX file says the classes of pixels, told by its outputs' names and types. A file may have several.
public sealed interface OnnxOutput {
    /// Class and mask logits of queries, float32 `[N, Q, K+1]` and `[N, Q, h, w]`; what else follows from them must be
    /// computed.
    record Logits(String classes, String masks) implements OnnxOutput {
        /// Ours, and as Hugging Face's models call them.
        private static final List<Logits> KNOWN = List.of(new Logits(Answer.CLASS_LOGITS, Answer.MASK_LOGITS),
                new Logits("class_queries_logits", "masks_queries_logits"));
    }

    /// A score a class and pixel, float32 `[N, K, H, W]`.
    record Scores(String name) implements OnnxOutput {}

    /// A class a pixel, integers `[N, H, W]`.
    record Labels(String name) implements OnnxOutput {}

    /// The ways of a file, those that say most first: logits, scores, labels; at most one of each. Of several outputs that
    /// may be scores, or labels, those that cannot have the input's size are none, and if more than one is left none is
    /// taken: nothing says which is meant.
    ///
    /// @param input float32 `[N, 3, H, W]`
    static List<OnnxOutput> all(OnnxBorder border, Shape input) {
        SequencedMap<String, TensorType> types = border.outputs();
        Stream<OnnxOutput> logits = Logits.KNOWN.stream().filter(each -> areLogits(types, each)).limit(1).map(OnnxOutput.class::cast);
        Stream<OnnxOutput> scores = single(types, input, OnnxOutput::isScores).<OnnxOutput>map(Scores::new).stream();
        Stream<OnnxOutput> labels = single(types, input, OnnxOutput::isLabels).<OnnxOutput>map(Labels::new).stream();
        return Stream.of(logits, scores, labels).flatMap(way -> way).toList();
    }

    private static boolean areLogits(Map<String, TensorType> types, Logits logits) {
        return Optional.ofNullable(types.get(logits.classes())).filter(type -> isFloat(type, 3)).isPresent()
                && Optional.ofNullable(types.get(logits.masks())).filter(type -> isFloat(type, 4)).isPresent();
    }

    private static boolean isScores(Map.Entry<String, TensorType> port) {
        return isFloat(port.getValue(), 4) && Logits.KNOWN.stream().noneMatch(logits -> logits.masks().equals(port.getKey()));
    }

    private static boolean isLabels(Map.Entry<String, TensorType> port) {
        return switch (port.getValue().dataType()) {
            case UINT8, INT32, INT64 -> port.getValue().shape().rank() == 3;
            default -> false;
        };
    }

    private static boolean isFloat(TensorType type, int rank) {
        return type.dataType() == DataType.FLOAT32 && type.shape().rank() == rank;
    }

    private static Optional<String> single(SequencedMap<String, TensorType> types, Shape input,
            Predicate<Map.Entry<String, TensorType>> kind) {
        List<Map.Entry<String, TensorType>> ports = types.entrySet().stream().filter(kind).toList();
        if (ports.size() > 1) {
            ports = ports.stream().filter(port -> mayHaveSizeOf(port.getValue().shape(), input)).toList();
        }
        return ports.size() == 1 ? Optional.of(ports.getFirst().getKey()) : Optional.empty();
    }

    /// A size that only running tells may be any.
    private static boolean mayHaveSizeOf(Shape output, Shape input) {
        return mayBe(output.get(-2), input.get(-2)) && mayBe(output.get(-1), input.get(-1));
    }

    private static boolean mayBe(Dimension output, Dimension input) {
        return !output.isConstant() || output.equals(input);
    }

    /// Whether they can be brought to the picture's size; labels and scores are what they are.
    default boolean canBeResized() {
        return this instanceof Logits;
    }

    /// Whether scores follow from it.
    default boolean hasScores() {
        return !(this instanceof Labels);
    }

    /// The number of classes, where the types tell it.
    default OptionalInt classCount(OnnxBorder border) {
        return switch (this) {
            case Logits(String classes, _) -> count(border, classes, 2, 1);
            case Scores(String name) -> count(border, name, 1, 0);
            case Labels _ -> OptionalInt.empty();
        };
    }

    /// @param others of the axis that are no classes
    private static OptionalInt count(OnnxBorder border, String name, int axis, int others) {
        return Optional.ofNullable(border.outputs().get(name)).map(type -> type.shape().get(axis))
                .filter(dimension -> dimension.isConstant() && dimension.size() > others && dimension.size() <= Answer.NO_CLASS)
                .map(dimension -> OptionalInt.of((int) dimension.size() - others)).orElse(OptionalInt.empty());
    }

    /// The integers of a tensor of labels, by position.
    static int labelAt(Tensor labels, long pixel) {
        return switch (labels.dataType()) {
            case UINT8 -> Byte.toUnsignedInt(labels.memory().get(ValueLayout.JAVA_BYTE, pixel));
            case INT32 -> labels.memory().get(Tensor.INT32, 4 * pixel);
            case INT64 -> Math.clamp(labels.memory().get(Tensor.INT64, 8 * pixel), -1, Answer.NO_CLASS);
            default -> throw new IllegalArgumentException("labels are integers, not " + labels);
        };
    }

    /// An output of a run.
    ///
    /// @throws IllegalStateException if the engine did not give it
    static Tensor of(Map<String, Tensor> outputs, String name) {
        Tensor tensor = outputs.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the engine gives no '" + name + "', only " + outputs.keySet());
        }
        return tensor;
    }
}
