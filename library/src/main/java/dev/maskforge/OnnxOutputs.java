package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.OnnxBorder;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// What an ONNX file gives, by the outputs' names and types.
sealed interface OnnxOutputs {
    /// Class and mask logits of queries, float32 `[N, Q, K+1]` and `[N, Q, h, w]`.
    record Logits(String classes, String masks) implements OnnxOutputs {}

    /// A score a class and pixel, float32 `[N, K, H, W]`.
    record Scores(String name) implements OnnxOutputs {}

    /// A class a pixel, integers `[N, H, W]`.
    record Labels(String name) implements OnnxOutputs {}

    /// What a file gives, as far as it is classes of pixels.
    ///
    /// @throws MaskforgeException if no classes of pixels follow from them
    static OnnxOutputs of(Path path, OnnxBorder border) {
        SequencedMap<String, TensorType> types = border.outputs();
        return Stream.concat(
                // Ours, and as Hugging Face's models call them.
                Stream.of(new Logits(Answer.CLASS_LOGITS, Answer.MASK_LOGITS), new Logits("class_queries_logits", "masks_queries_logits"))
                        .filter(logits -> areLogits(types, logits)).map(OnnxOutputs.class::cast),
                types.entrySet().stream().filter(_ -> types.size() == 1).flatMap(port -> single(port.getKey(), port.getValue())))
                .findFirst()
                .orElseThrow(() -> new MaskforgeException(path + " gives " + OnnxFile.ports(types)
                        + ", which are no classes of pixels; export it with one output, labels (integers [N, H, W]) or scores "
                        + "(float32[N, K, H, W]), or with the two 'pred_logits' and 'pred_masks'"));
    }

    private static boolean areLogits(Map<String, TensorType> types, Logits logits) {
        return Optional.ofNullable(types.get(logits.classes())).filter(type -> isFloat(type, 3)).isPresent()
                && Optional.ofNullable(types.get(logits.masks())).filter(type -> isFloat(type, 4)).isPresent();
    }

    private static Stream<OnnxOutputs> single(String name, TensorType type) {
        return switch (type.dataType()) {
            case UINT8, INT32, INT64 -> type.shape().rank() == 3 ? Stream.of(new Labels(name)) : Stream.empty();
            default -> isFloat(type, 4) ? Stream.of(new Scores(name)) : Stream.empty();
        };
    }

    private static boolean isFloat(TensorType type, int rank) {
        return type.dataType() == DataType.FLOAT32 && type.shape().rank() == rank;
    }

    /// Whether they can be brought to the picture's size; labels and scores are what they are.
    default boolean canBeResized() {
        return this instanceof Logits;
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
}
