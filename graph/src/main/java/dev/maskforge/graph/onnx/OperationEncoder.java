package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Says each operation in ONNX: its name there, its attributes, and the inputs that ONNX wants besides.
final class OperationEncoder {
    private final Graph graph;
    private final OnnxNodes nodes;
    private final SizeArithmetic sizes;
    private final long opset;

    OperationEncoder(Graph graph, OnnxNodes nodes, long opset) {
        this.graph = graph;
        this.nodes = nodes;
        this.sizes = new SizeArithmetic(graph, nodes);
        this.opset = opset;
    }

    /// What ONNX calls an operation, the first opset that means the same by it, and what it wants with it.
    private record Encoding(String domain, String type, int since, Map<String, Attribute> attributes, List<String> extraInputs) {
        static Encoding of(String type, int since, String... extraInputs) {
            return new Encoding("", type, since, new HashMap<>(), List.of(extraInputs));
        }

        static Encoding of(String type, String... extraInputs) {
            return of(type, 11, extraInputs);
        }

        Encoding with(String name, long value) {
            return with(name, new Attribute.Integral(value));
        }

        Encoding with(String name, float value) {
            return with(name, new Attribute.FloatingPoint(value));
        }

        Encoding with(String name, String value) {
            return with(name, new Attribute.Text(value));
        }

        Encoding with(String name, List<Integer> values) {
            return with(name, new Attribute.Integrals(values.stream().map(Integer::longValue).toList()));
        }

        private Encoding with(String name, Attribute value) {
            attributes.put(name, value);
            return this;
        }
    }

    void encode(Node node) {
        if (node.operation() instanceof Operation.Resize resize && resize.mode() == Operation.Resize.Mode.NEAREST
                && !isEnlargedByWholeFactors(resize, graph.type(node.inputs().getFirst()).shape())) {
            gatherNearest(resize, node);
            return;
        }
        Encoding encoding = encoding(node);
        if (encoding.since() > opset) {
            throw new IllegalArgumentException("node '" + node.name() + "': " + encoding.type() + " needs opset " + encoding.since()
                    + ", but operations that came with the file bind it to opset " + opset + "; export the file anew with opset 17");
        }
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.addAll(encoding.extraInputs());
        nodes.add(new OnnxNode(encoding.domain(), encoding.type(), node.name(), inputs, node.outputs(),
                new TreeMap<>(encoding.attributes())));
    }

    private Encoding encoding(Node node) {
        return switch (node.operation()) {
            case Operation.Unary(Operation.UnaryFunction function) -> Encoding.of(unary(function));
            case Operation.Binary(Operation.BinaryFunction function) -> Encoding.of(binary(function), 12);
            case Operation.Where() -> Encoding.of("Where");
            case Operation.Cast(DataType to) -> Encoding.of("Cast").with("to", OnnxTypes.code(to));
            case Operation.QuantizeLinear(int axis) -> Encoding.of("QuantizeLinear", 13).with("axis", axis);
            case Operation.DequantizeLinear(int axis) -> Encoding.of("DequantizeLinear", 13).with("axis", axis);
            case Operation.MatMul() -> Encoding.of("MatMul");
            case Operation.Gemm() -> Encoding.of("Gemm", 11).with("transB", 1).with("alpha", 1f).with("beta", 1f);
            case Operation.Conv conv -> conv(conv, node);
            case Operation.MaxPool(int kernel, int stride, int padding) -> Encoding.of("MaxPool").with("kernel_shape", twice(kernel))
                    .with("strides", twice(stride)).with("pads", Collections.nCopies(4, padding));
            case Operation.BatchNormalization(float epsilon) -> Encoding.of("BatchNormalization").with("epsilon", epsilon);
            case Operation.InstanceNormalization(float epsilon) -> Encoding.of("InstanceNormalization").with("epsilon", epsilon);
            case Operation.LayerNormalization(float epsilon) ->
                Encoding.of("LayerNormalization", 17).with("axis", -1).with("epsilon", epsilon);
            case Operation.Softmax(int axis) -> Encoding.of("Softmax", 13).with("axis", axis);
            case Operation.Reduce reduce -> reduce(reduce);
            case Operation.ArgMax(int axis) -> Encoding.of("ArgMax").with("axis", axis).with("keepdims", 0);
            case Operation.Reshape(Shape shape) -> reshape(graph.type(node.inputs().getFirst()).shape(), shape);
            case Operation.Transpose(List<Integer> permutation) -> Encoding.of("Transpose").with("perm", permutation);
            case Operation.Concat(int axis) -> Encoding.of("Concat").with("axis", axis);
            case Operation.Slice(int axis, Dimension start, Dimension end) ->
                Encoding.of("Slice", sizes.vector(List.of(start)), sizes.vector(List.of(end)), nodes.vector(axis));
            case Operation.Expand(Shape shape) -> Encoding.of("Expand", sizes.vector(shape.dimensions()));
            case Operation.Gather(int axis) -> Encoding.of("Gather").with("axis", axis);
            case Operation.Resize resize -> resize(resize, node);
            case Operation.GridSample() -> Encoding.of("GridSample", 16).with("mode", opset < 20 ? "bilinear" : "linear")
                    .with("padding_mode", "zeros").with("align_corners", 0);
            case Operation.Range(Dimension length) -> Encoding.of("Range", nodes.scalar(0), sizes.scalar(length), nodes.scalar(1));
            // The dimensions are a value already, perhaps one that others share; Identity gives it the node's name.
            case Operation.Sizes(List<Dimension> dimensions) -> Encoding.of("Identity", sizes.vector(dimensions));
            case Operation.Foreign(String domain, String type, Map<String, Attribute> attributes, _) ->
                new Encoding(domain, type, 0, attributes, List.of());
            case Operation.Linear _,Operation.FusedConv _,Operation.FeedForward _,Operation.GroupNormalization _,Operation.Attention _,Operation.DeformableAttention _,Operation.SemanticInference _,Operation.SemanticLabels _,Operation.Pixels _,Operation.Subgraph _ ->
                throw new IllegalArgumentException("node '" + node.name() + "': ONNX's opset 17 has no " + node.operation().type()
                        + "; run dev.maskforge.passes.Lowering first, which expands it");
        };
    }

    private Encoding conv(Operation.Conv conv, Node node) {
        Shape weight = graph.type(node.inputs().get(1)).shape();
        List<Integer> kernel = List.of(Math.toIntExact(weight.get(2).size()), Math.toIntExact(weight.get(3).size()));
        return Encoding.of("Conv").with("kernel_shape", kernel).with("strides", twice(conv.stride()))
                .with("pads", Collections.nCopies(4, conv.padding())).with("dilations", twice(conv.dilation()))
                .with("group", conv.groups());
    }

    private Encoding reduce(Operation.Reduce reduce) {
        // Without axes ONNX reduces all of them.
        if (reduce.axes().isEmpty()) {
            return Encoding.of("Identity");
        }
        String type = switch (reduce.function()) {
            case SUM -> "ReduceSum";
            case MEAN -> "ReduceMean";
            case MINIMUM -> "ReduceMin";
            case MAXIMUM -> "ReduceMax";
        };
        int keep = reduce.keepDimensions() ? 1 : 0;
        boolean axesAreAnInput = opset >= (reduce.function() == Operation.Reduction.SUM ? 13 : 18);
        return axesAreAnInput
                ? Encoding.of(type, nodes.vector(reduce.axes().stream().mapToLong(Integer::longValue).toArray())).with("keepdims", keep)
                : Encoding.of(type).with("axes", reduce.axes()).with("keepdims", keep);
    }

    /// In Reshape, 0 stands for the input's size at the same axis and -1 for what remains: most shapes need no arithmetic.
    private Encoding reshape(Shape from, Shape to) {
        if (to.dimensions().contains(Dimension.ZERO)) {
            return Encoding.of("Reshape", 14, sizes.vector(to.dimensions())).with("allowzero", 1);
        }
        List<Dimension> target = new ArrayList<>(to.dimensions());
        for (int axis = 0; axis < to.rank(); axis++) {
            if (!to.get(axis).isConstant() && axis < from.rank() && from.get(axis).equals(to.get(axis))) {
                target.set(axis, Dimension.ZERO);
            }
        }
        for (int axis = to.rank() - 1; axis >= 0; axis--) {
            if (!target.get(axis).isConstant()) {
                target.set(axis, Dimension.of(-1));
                break;
            }
        }
        return Encoding.of("Reshape", sizes.vector(target));
    }

    private Encoding resize(Operation.Resize resize, Node node) {
        List<Dimension> dimensions = new ArrayList<>(graph.type(node.inputs().getFirst()).shape().dimensions().subList(0, 2));
        dimensions.add(resize.height());
        dimensions.add(resize.width());
        Encoding encoding = Encoding.of("Resize", "", "", sizes.vector(dimensions));
        return switch (resize.mode()) {
            case BILINEAR -> encoding.with("mode", "linear").with("coordinate_transformation_mode", "half_pixel");
            case NEAREST ->
                encoding.with("mode", "nearest").with("coordinate_transformation_mode", "asymmetric").with("nearest_mode", "floor");
        };
    }

    /// Runtimes compute the factors of Resize in float32, so that floor(target·in / out) is off by one at some sizes (14 to
    /// 2, say); factors that are whole numbers are safe, others go by integers.
    private static boolean isEnlargedByWholeFactors(Operation.Resize resize, Shape from) {
        return isMultiple(resize.height(), from.get(2)) && isMultiple(resize.width(), from.get(3));
    }

    private static boolean isMultiple(Dimension a, Dimension b) {
        Map<String, Long> ones = a.plus(b).symbols().stream().collect(Collectors.toMap(symbol -> symbol, _ -> 1L));
        Dimension x = a.with(ones);
        Dimension y = b.with(ones);
        return x.isConstant() && y.isConstant() && y.size() != 0 && a.equals(b.times(x.size() / y.size()));
    }

    private void gatherNearest(Operation.Resize resize, Node node) {
        String picture = node.inputs().getFirst();
        Shape shape = graph.type(picture).shape();
        String rows = nodes.add("Gather", List.of(picture, nearest(shape.get(2), resize.height())), axis(2));
        List<String> inputs = List.of(rows, nearest(shape.get(3), resize.width()));
        nodes.add(new OnnxNode("Gather", node.name(), inputs, node.outputs(), axis(3)));
    }

    /// The name of an int64 value with an element for each target index: floor(index·from / to).
    private String nearest(Dimension from, Dimension to) {
        String range = nodes.add("Range", List.of(nodes.scalar(0), sizes.scalar(to), nodes.scalar(1)), Map.of());
        String product = nodes.add("Mul", List.of(range, sizes.vector(List.of(from))), Map.of());
        return nodes.add("Div", List.of(product, sizes.vector(List.of(to))), Map.of());
    }

    private static Map<String, Attribute> axis(long axis) {
        return Map.of("axis", new Attribute.Integral(axis));
    }

    private static List<Integer> twice(int value) {
        return List.of(value, value);
    }

    static String unary(Operation.UnaryFunction function) {
        return switch (function) {
            case ABS -> "Abs";
            case COS -> "Cos";
            case ERF -> "Erf";
            case EXP -> "Exp";
            case FLOOR -> "Floor";
            case NOT -> "Not";
            case RELU -> "Relu";
            case SIGMOID -> "Sigmoid";
            case SIN -> "Sin";
            case SQRT -> "Sqrt";
        };
    }

    static String binary(Operation.BinaryFunction function) {
        return switch (function) {
            case ADD -> "Add";
            case SUBTRACT -> "Sub";
            case MULTIPLY -> "Mul";
            case DIVIDE -> "Div";
            case POWER -> "Pow";
            case MINIMUM -> "Min";
            case MAXIMUM -> "Max";
            case LESS -> "Less";
            case GREATER_OR_EQUAL -> "GreaterOrEqual";
            case EQUAL -> "Equal";
            case AND -> "And";
            case OR -> "Or";
        };
    }
}
