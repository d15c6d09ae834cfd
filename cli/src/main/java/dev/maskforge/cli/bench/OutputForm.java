package dev.maskforge.cli.bench;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.measure.Stage;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.SemanticInference;
import dev.maskforge.vision.Size;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a network answers, and what is left to do to it. Where it answers in several ways, the one that leaves least.
sealed interface OutputForm {
    /// Of labels.
    Set<DataType> INTEGERS = EnumSet.of(DataType.UINT8, DataType.INT32, DataType.INT64);

    /// The class of each pixel: integers `[1, H, W]`.
    record Labels(String name) implements OutputForm {}

    /// Scores by class and pixel: float32 `[1, K, H, W]`.
    record Scores(String name) implements OutputForm {}

    /// Class and mask logits of queries: float32 `[1, Q, K + 1]` and `[1, Q, h, w]`.
    record Queries(String classes, String masks) implements OutputForm {
        /// The original's names, and those of Hugging Face's modules.
        private static final List<Queries> KNOWN = List.of(new Queries("pred_logits", "pred_masks"),
                new Queries("class_queries_logits", "masks_queries_logits"));

        private QueryOutputs of(Map<String, Tensor> outputs) {
            return new QueryOutputs(output(outputs, classes), output(outputs, masks));
        }
    }

    /// Told by types, and queries by their names.
    static Optional<OutputForm> of(Map<String, TensorType> outputs, Size size) {
        for (Map.Entry<String, TensorType> output : outputs.entrySet()) {
            TensorType type = output.getValue();
            if (INTEGERS.contains(type.dataType()) && isOfSize(type.shape(), 3, size)) {
                return Optional.of(new Labels(output.getKey()));
            }
        }
        for (Map.Entry<String, TensorType> output : outputs.entrySet()) {
            TensorType type = output.getValue();
            boolean isMasks = Queries.KNOWN.stream().anyMatch(queries -> queries.masks().equals(output.getKey()));
            if (type.dataType() == DataType.FLOAT32 && !isMasks && isOfSize(type.shape(), 4, size)) {
                return Optional.of(new Scores(output.getKey()));
            }
        }
        return Queries.KNOWN.stream().filter(queries -> outputs.containsKey(queries.classes()) && outputs.containsKey(queries.masks()))
                .<OutputForm>map(queries -> queries).findFirst();
    }

    /// A size that only running tells may be any.
    private static boolean isOfSize(Shape shape, int rank, Size size) {
        return shape.rank() == rank && mayBe(shape.get(-2), size.height()) && mayBe(shape.get(-1), size.width());
    }

    private static boolean mayBe(Dimension dimension, int size) {
        return !dimension.isConstant() || dimension.size() == size;
    }

    /// What the rest of the way is.
    default Stage stage() {
        return switch (this) {
            case Labels _ -> Stage.POSTPROCESS;
            case Scores _,Queries _ -> Stage.HEAD;
        };
    }

    default boolean hasScores() {
        return !(this instanceof Labels);
    }

    /// Labels in a heap array.
    default LabelMap labels(Map<String, Tensor> outputs, Geometry geometry, SemanticInference inference) {
        return switch (this) {
            case Labels(String name) -> LabelTensors.map(output(outputs, name));
            case Scores(String name) -> LabelTensors.best(output(outputs, name));
            case Queries queries -> inference.labels(queries.of(outputs), 0, geometry);
        };
    }

    /// Scores float32 `[1, K, H, W]`.
    ///
    /// @throws IllegalStateException if there are none
    default Tensor scores(Map<String, Tensor> outputs, Geometry geometry, SemanticInference inference) {
        return switch (this) {
            case Labels _ -> throw new IllegalStateException("labels have no scores");
            case Scores(String name) -> output(outputs, name);
            case Queries queries -> {
                QueryOutputs logits = queries.of(outputs);
                int classes = logits.classes();
                Shape shape = Shape.of(classes, geometry.originalHeight(), geometry.originalWidth());
                Tensor scores = Tensor.of(shape, new float[Math.toIntExact(shape.elementCount())]);
                inference.scores(logits, 0, geometry, scores);
                yield scores.reshape(Shape.of(1, classes, geometry.originalHeight(), geometry.originalWidth()));
            }
        };
    }

    private static Tensor output(Map<String, Tensor> outputs, String name) {
        Tensor tensor = outputs.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the engine gives no '" + name + "', only " + outputs.keySet());
        }
        return tensor;
    }
}
