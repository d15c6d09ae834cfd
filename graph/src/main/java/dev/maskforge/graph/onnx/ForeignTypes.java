package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// The type of what common operations of ONNX give that are none of ours; for others the file must state it.
final class ForeignTypes {
    private static final Set<String> LIKE_THEIR_FIRST_INPUT = Set.of("Abs", "Ceil", "Celu", "Clip", "Cos", "CumSum", "Dropout", "Elu",
            "Erf",
            "Exp", "Floor", "Gelu", "GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization",
            "LayerNormalization",
            "LeakyRelu", "LogSoftmax", "Log", "LpNormalization", "LRN", "Mish", "Neg", "Not", "PRelu", "Reciprocal", "Relu", "Round",
            "ScatterElements",
            "ScatterND", "Selu", "Sigmoid", "Sign", "Sin", "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tanh", "ThresholdedRelu",
            "Trilu");

    private ForeignTypes() {
    }

    /// The type of one of a node's outputs.
    static Optional<TensorType> infer(OnnxNode node, int output, Knowledge knowledge) {
        NodeView view = new NodeView(node, knowledge);
        if (!node.domain().isEmpty() || !view.hasInput(0)) {
            return Optional.empty();
        }
        if (node.type().equals("Split")) {
            return ForeignShapes.part(view, output, node.outputs().size())
                    .map(shape -> new TensorType(view.inputType(0).dataType(), shape));
        }
        return output == 0 ? first(node, view, knowledge) : Optional.empty();
    }

    private static Optional<TensorType> first(OnnxNode node, NodeView view, Knowledge knowledge) {
        TensorType first = view.inputType(0);
        if (LIKE_THEIR_FIRST_INPUT.contains(node.type())) {
            return Optional.of(first);
        }
        return switch (node.type()) {
            case "Add", "Sub", "Mul", "Div", "Pow", "Mod" -> broadcast(view);
            case "Shape" -> SizePropagation.infer(node, knowledge).map(sizes -> new TensorType(DataType.INT64, sizes.shape()));
            case "Size" -> Optional.of(new TensorType(DataType.INT64, new Shape(List.of())));
            case "ConstantOfShape" -> view.sizes(0).map(sizes -> new TensorType(filling(node), new Shape(sizes)));
            case "Squeeze" ->
                axes(view).or(() -> ones(first.shape())).map(axes -> new TensorType(first.dataType(), squeeze(first.shape(), axes)));
            case "Unsqueeze" -> axes(view).map(axes -> new TensorType(first.dataType(), unsqueeze(first.shape(), axes)));
            case "GlobalAveragePool", "GlobalMaxPool" -> Optional.of(new TensorType(first.dataType(), pooled(first.shape())));
            case "Tile" -> view.sizes(1).filter(repeats -> repeats.size() == first.shape().rank())
                    .map(repeats -> new TensorType(first.dataType(), times(first.shape(), repeats)));
            case "Expand" -> view.sizes(1)
                    .map(sizes -> new TensorType(first.dataType(), Shape.broadcast(first.shape(), new Shape(sizes))));
            case "Reshape" -> view.sizes(1).flatMap(sizes -> OperationDecoder.reshaped(first.shape(), sizes, false))
                    .filter(_ -> !view.has("allowzero") || view.integral("allowzero", 0) == 0)
                    .map(shape -> new TensorType(first.dataType(), shape));
            case "Range" -> ForeignShapes.count(view).map(count -> new TensorType(first.dataType(), Shape.of(count)));
            case "Slice" -> ForeignShapes.slice(view).map(shape -> new TensorType(first.dataType(), shape));
            case "Flatten" -> Optional.of(new TensorType(first.dataType(), ForeignShapes.flattened(view)));
            case "Gemm" -> ForeignShapes.product(view).map(shape -> new TensorType(first.dataType(), shape));
            case "Einsum" -> ForeignShapes.einsum(node, view).map(shape -> new TensorType(first.dataType(), shape));
            default -> Optional.empty();
        };
    }

    private static Optional<TensorType> broadcast(NodeView view) {
        return view.hasInput(1)
                ? Optional.of(new TensorType(view.inputType(0).dataType(),
                        Shape.broadcast(view.inputType(0).shape(), view.inputType(1).shape())))
                : Optional.empty();
    }

    private static DataType filling(OnnxNode node) {
        return node.attributes().get("value") instanceof Attribute.Constant(var tensor)
                ? tensor.dataType()
                : DataType.FLOAT32;
    }

    /// The axes that Squeeze and Unsqueeze have as an attribute before opset 13, as an input since.
    private static Optional<List<Integer>> axes(NodeView view) {
        Optional<List<Integer>> listed = view.numbers(1)
                .map(numbers -> Arrays.stream(numbers).mapToObj(axis -> Math.clamp(axis, -100, 100)).toList());
        return view.has("axes")
                ? Optional.of(view.integrals("axes", List.of()).stream().map(axis -> Math.clamp(axis, -100, 100)).toList())
                : listed;
    }

    /// Without axes, Squeeze drops those of size 1, if it is known which these are.
    private static Optional<List<Integer>> ones(Shape shape) {
        return shape.isConstant()
                ? Optional.of(IntStream.range(0, shape.rank()).filter(axis -> shape.get(axis).equals(Dimension.ONE)).boxed().toList())
                : Optional.empty();
    }

    private static Shape squeeze(Shape shape, List<Integer> axes) {
        List<Integer> gone = axes.stream().map(shape::axis).toList();
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!gone.contains(axis)) {
                dimensions.add(shape.get(axis));
            }
        }
        return new Shape(dimensions);
    }

    private static Shape unsqueeze(Shape shape, List<Integer> axes) {
        int rank = shape.rank() + axes.size();
        List<Integer> added = axes.stream().map(axis -> axis < 0 ? axis + rank : axis).sorted().toList();
        List<Dimension> dimensions = new ArrayList<>(shape.dimensions());
        for (int axis : added) {
            dimensions.add(axis, Dimension.ONE);
        }
        return new Shape(dimensions);
    }

    private static Shape pooled(Shape shape) {
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            dimensions.add(axis < 2 ? shape.get(axis) : Dimension.ONE);
        }
        return new Shape(dimensions);
    }

    private static Shape times(Shape shape, List<Dimension> repeats) {
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            dimensions.add(shape.get(axis).times(repeats.get(axis)));
        }
        return new Shape(dimensions);
    }
}
