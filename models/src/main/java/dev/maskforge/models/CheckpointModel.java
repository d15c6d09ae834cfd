package dev.maskforge.models;

import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.models.layer.Parameters;
import dev.maskforge.models.layer.Scope;
import java.lang.foreign.Arena;
import java.util.List;

/// A model with its weights.
///
/// @param model   the network
/// @param weights its weights, by the names that the network asks for
public record CheckpointModel(MaskClassifier model, Weights weights) {
    /// The name of the graphs' input: float32 `[N, 3, H, W]`, RGB, 0 to 255, padded with [Normalisation#mean()].
    public static final String IMAGE = "image";
    /// The names of the inputs of graphs that take [Input#PIXELS].
    public static final String PIXELS = "pixels";
    public static final String VALID = "valid";
    private static final String NORMALISATION = "normalisation";

    /// The graph of the network that takes an [image][Input#IMAGE].
    ///
    /// @param arena where widened weights go; it must outlive the graph
    public Built build(InputShape input, Output output, Normalisation normalisation, Arena arena) {
        return build(Input.IMAGE, input, output, normalisation, arena);
    }

    /// The graph of the network, as authored: normalisation, network, and what [Output] wants.
    ///
    /// @param arena where widened weights go; it must outlive the graph
    public Built build(Input taken, InputShape input, Output output, Normalisation normalisation, Arena arena) {
        GraphBuilder builder = new GraphBuilder();
        Parameters parameters = new Parameters(weights, arena);
        Value normalised = switch (taken) {
            case IMAGE -> image(builder, input, normalisation);
            case PIXELS -> pixels(builder, input, normalisation);
        };
        MaskClassifier.Prediction prediction = model.predict(Scope.root(builder, parameters), normalised);
        builder.within("head", () -> {
            switch (output) {
                case RAW -> {
                    builder.output("pred_logits", prediction.classLogits());
                    builder.output("pred_masks", prediction.maskLogits());
                }
                case SCORES -> builder.output("scores", scores(builder, prediction, input));
                case LABELS -> builder.output("labels", builder.add(new Operation.SemanticLabels(input.height(), input.width()),
                        prediction.classLogits(), prediction.maskLogits()));
            }
            return output;
        });
        return new Built(Verifier.verify(builder.build()), parameters.usage(CheckpointNames::isOfNoUse));
    }

    private static Value image(GraphBuilder builder, InputShape input, Normalisation normalisation) {
        Shape shape = Shape.of(input.batch(), Dimension.of(3), input.height(), input.width());
        Value image = builder.input(IMAGE, new TensorType(DataType.FLOAT32, shape));
        return builder.within(NORMALISATION, () -> image.subtract(perChannel(builder, "mean", normalisation.mean()))
                .divide(perChannel(builder, "deviation", normalisation.deviation())));
    }

    private static Value pixels(GraphBuilder builder, InputShape input, Normalisation normalisation) {
        Shape shape = Shape.of(input.batch(), input.height(), input.width(), Dimension.of(3));
        Value pixels = builder.input(PIXELS, new TensorType(DataType.UINT8, shape));
        Value valid = builder.input(VALID, new TensorType(DataType.INT32, Shape.of(input.batch(), Dimension.of(2))));
        return builder.within(NORMALISATION,
                () -> builder.add(new Operation.Pixels(normalisation.mean(), normalisation.deviation()), pixels, valid));
    }

    /// A graph and how checkpoint and model met.
    public record Built(Graph graph, Parameters.Usage usage) {}

    private static Value scores(GraphBuilder builder, MaskClassifier.Prediction prediction, InputShape input) {
        return builder.add(new Operation.SemanticInference(input.height(), input.width()), prediction.classLogits(),
                prediction.maskLogits());
    }

    private static Value perChannel(GraphBuilder builder, String name, List<Float> values) {
        return builder.constant(name, Tensor.of(Shape.of(1, 3, 1, 1), values.get(0), values.get(1), values.get(2)));
    }
}
