package dev.maskforge.graph.text;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;

/// An operation's name and parameters as text: `Conv{stride=2, padding=3}`.
final class OperationPrinter {
    static final float USUAL_EPSILON = 1e-5f;
    /// Of quantisation: the channels of a picture.
    static final int USUAL_AXIS = 1;

    private final StringJoiner parameters = new StringJoiner(", ", "{", "}").setEmptyValue("");

    private OperationPrinter() {
    }

    static String print(Operation operation) {
        return new OperationPrinter().text(operation);
    }

    private String text(Operation operation) {
        switch (operation) {
            case Operation.Unary _,Operation.Binary _,Operation.Where _,Operation.MatMul _,Operation.Gemm _,Operation.GridSample _,Operation.Linear _,Operation.FeedForward _ ->
                {
                }
            case Operation.Cast(var to) -> parameter("to", to);
            case Operation.QuantizeLinear(int axis) -> parameter("axis", axis, USUAL_AXIS);
            case Operation.DequantizeLinear(int axis) -> parameter("axis", axis, USUAL_AXIS);
            case Operation.Conv(int stride, int padding, int dilation, int groups) -> {
                parameter("stride", stride, 1);
                parameter("padding", padding, 0);
                parameter("dilation", dilation, 1);
                parameter("groups", groups, 1);
            }
            case Operation.FusedConv(int stride, int padding, int dilation, int groups, Activation activation) -> {
                parameter("stride", stride, 1);
                parameter("padding", padding, 0);
                parameter("dilation", dilation, 1);
                parameter("groups", groups, 1);
                parameter("activation", activation.name().toLowerCase(Locale.ROOT), "none");
            }
            case Operation.MaxPool(int kernel, int stride, int padding) -> {
                parameter("kernel", kernel);
                parameter("stride", stride, 1);
                parameter("padding", padding, 0);
            }
            case Operation.BatchNormalization(float epsilon) -> parameter("epsilon", epsilon, USUAL_EPSILON);
            case Operation.InstanceNormalization(float epsilon) -> parameter("epsilon", epsilon, USUAL_EPSILON);
            case Operation.LayerNormalization(float epsilon) -> parameter("epsilon", epsilon, USUAL_EPSILON);
            case Operation.GroupNormalization(int groups, float epsilon) -> {
                parameter("groups", groups);
                parameter("epsilon", epsilon, USUAL_EPSILON);
            }
            case Operation.Softmax(int axis) -> parameter("axis", axis);
            case Operation.ArgMax(int axis) -> parameter("axis", axis);
            case Operation.Concat(int axis) -> parameter("axis", axis);
            case Operation.Gather(int axis) -> parameter("axis", axis);
            case Operation.Reduce(_, List<Integer> axes, boolean keepDimensions) -> {
                parameter("axes", axes);
                parameter("keepDimensions", keepDimensions, false);
            }
            case Operation.Reshape(var shape) -> parameter("shape", shape);
            case Operation.Expand(var shape) -> parameter("shape", shape);
            case Operation.Transpose(List<Integer> permutation) -> parameter("permutation", permutation);
            case Operation.Slice(int axis, Dimension start, Dimension end) -> {
                parameter("axis", axis);
                parameter("start", start);
                parameter("end", end);
            }
            case Operation.Resize(var mode, Dimension height, Dimension width) -> {
                parameter("mode", mode.name().toLowerCase(Locale.ROOT));
                parameter("height", height);
                parameter("width", width);
            }
            case Operation.Range(Dimension length) -> parameter("length", length);
            case Operation.Sizes(List<Dimension> dimensions) -> parameter("dimensions", dimensions);
            case Operation.Attention(int heads) -> parameter("heads", heads);
            case Operation.DeformableAttention(int heads, int points, var levels) -> {
                parameter("heads", heads);
                parameter("points", points);
                parameter("levels", list(levels, level -> "[" + level.height() + ", " + level.width() + "]"));
            }
            case Operation.SemanticInference(Dimension height, Dimension width) -> {
                parameter("height", height);
                parameter("width", width);
            }
            case Operation.SemanticLabels(Dimension height, Dimension width) -> {
                parameter("height", height);
                parameter("width", width);
            }
            case Operation.Pixels(List<Float> mean, List<Float> deviation, DataType to) -> {
                parameter("mean", mean);
                parameter("deviation", deviation);
                parameter("to", to, DataType.FLOAT32);
            }
            // In quotes, so that a node is one line whatever its operation holds.
            case Operation.Subgraph(Graph graph) -> parameter("graph", Names.quote(GraphText.print(graph)));
            case Operation.Foreign foreign -> {
                new TreeMap<>(foreign.attributes()).forEach((name, value) -> parameter(Names.print(name), attribute(value)));
                String domain = foreign.domain().isEmpty() ? "ai.onnx" : foreign.domain();
                return Names.print(domain) + ":" + Names.print(foreign.type()) + parameters;
            }
        }
        return operation.type() + parameters;
    }

    private static String attribute(Attribute attribute) {
        return switch (attribute) {
            case Attribute.FloatingPoint(float value) -> Float.toString(value);
            case Attribute.Integral(long value) -> Long.toString(value);
            case Attribute.Text(String value) -> Names.quote(value);
            case Attribute.FloatingPoints(List<Float> values) -> "floats" + values;
            case Attribute.Integrals(List<Long> values) -> "integers" + values;
            case Attribute.Texts(List<String> values) -> "texts" + list(values, Names::quote);
            case Attribute.Constant(Tensor value) ->
                value.type() + (value.elementCount() <= Literals.MOST_ELEMENTS ? " = " + Literals.print(value) : "");
        };
    }

    private static <T> String list(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).toList().toString();
    }

    private void parameter(String name, Object value) {
        parameters.add(name + "=" + value);
    }

    private void parameter(String name, Object value, Object usual) {
        if (!value.equals(usual)) {
            parameter(name, value);
        }
    }
}
