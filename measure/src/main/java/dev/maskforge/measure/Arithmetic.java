package dev.maskforge.measure;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The floating-point operations of one operation at given sizes, as its definition in [Operation] has them.
///
/// Products are counted to the last multiply-add, biases included. For the rest there is no one way to count; an element
/// takes: activations, comparisons and arithmetic 1; softmax 5 (maximum, difference, exponential, sum, quotient); norms over
/// the data 8 (mean, variance 3, difference, quotient, scale, bias) and batch normalisation 2; pooling one comparison for
/// each element of its window; bilinear samples 8 (four multiply-adds), and 10 where a weight is applied, too. What only
/// moves elements takes none.
final class Arithmetic {
    private static final long SOFTMAX = 5;
    private static final long NORMALISATION = 8;
    private static final long BATCH_NORMALISATION = 2;
    private static final long QUANTISATION = 2;
    private static final long NORMALISED_PIXEL = 2;
    private static final long BILINEAR = 8;
    private static final long WEIGHTED_SAMPLE = 10;

    private Arithmetic() {
    }

    /// Operations of products and others.
    record Flops(long product, long other) {
        private static final Flops NONE = new Flops(0, 0);

        private static Flops products(long count) {
            return new Flops(count, 0);
        }

        private static Flops others(long count) {
            return new Flops(0, count);
        }

        private Flops plus(Flops more) {
            return new Flops(Math.addExact(product, more.product), Math.addExact(other, more.other));
        }
    }

    /// Counts them.
    ///
    /// @param operation of constant dimensions
    /// @param inputs shapes, all constant; an input that is left out has no axes
    /// @param output shape of the first output, constant
    /// @return empty for operations of others that are not known
    static Optional<Flops> flops(Operation operation, List<Shape> inputs, Shape output) {
        long elements = output.elementCount();
        return switch (operation) {
            case Operation.Unary _,Operation.Binary _,Operation.Where _ -> Optional.of(Flops.others(elements));
            // Quotient or product, rounding, zero point.
            case Operation.QuantizeLinear _,Operation.DequantizeLinear _ -> Optional.of(Flops.others(QUANTISATION * elements));
            case Operation.MatMul() -> Optional.of(Flops.products(2 * elements * size(inputs.getFirst(), -1)));
            case Operation.Gemm(),Operation.Linear() ->
                Optional.of(Flops.products(2 * elements * size(inputs.getFirst(), -1) + bias(inputs, 2, elements)));
            case Operation.Conv _ -> Optional.of(Flops.products(convolution(inputs, elements)));
            case Operation.FusedConv(_, _, _, _, var activation) -> Optional.of(new Flops(convolution(inputs, elements),
                    bias(inputs, 3, elements) + switch (activation) {
                        case NONE -> 0;
                        case RELU -> elements;
                    }));
            case Operation.FeedForward() -> Optional.of(feedForward(inputs, elements));
            case Operation.MaxPool(int kernel, _, _) -> Optional.of(Flops.others(elements * kernel * kernel));
            case Operation.BatchNormalization _ -> Optional.of(Flops.others(BATCH_NORMALISATION * elements));
            case Operation.InstanceNormalization _,Operation.LayerNormalization _,Operation.GroupNormalization _ ->
                Optional.of(Flops.others(NORMALISATION * elements));
            case Operation.Softmax _ -> Optional.of(Flops.others(SOFTMAX * elements));
            case Operation.Reduce _,Operation.ArgMax _ -> Optional.of(Flops.others(inputs.getFirst().elementCount()));
            case Operation.Resize(Operation.Resize.Mode mode, _, _) ->
                Optional.of(Flops.others(mode == Operation.Resize.Mode.BILINEAR ? BILINEAR * elements : 0));
            case Operation.GridSample() -> Optional.of(Flops.others(BILINEAR * elements));
            case Operation.Attention(int heads) -> Optional.of(attention(heads, inputs));
            case Operation.DeformableAttention attention -> Optional.of(deformableAttention(attention, inputs));
            case Operation.SemanticInference _ -> Optional.of(semanticInference(inputs, output));
            case Operation.SemanticLabels _ -> Optional.of(semanticLabels(inputs, output));
            case Operation.Pixels _ -> Optional.of(Flops.others(NORMALISED_PIXEL * elements));
            case Operation.Cast _,Operation.Reshape _,Operation.Transpose _,Operation.Concat _,Operation.Slice _,Operation.Expand _,Operation.Gather _,Operation.Range _,Operation.Sizes _ ->
                Optional.of(Flops.NONE);
            case Operation.Subgraph(Graph graph) -> subgraph(graph);
            case Operation.Foreign foreign -> foreign(foreign, inputs, output);
        };
    }

    private static long convolution(List<Shape> inputs, long elements) {
        Shape weight = inputs.get(1);
        return 2 * elements * (weight.elementCount() / size(weight, 0)) + bias(inputs, 2, elements);
    }

    /// As the five operations that it stands for.
    private static Flops feedForward(List<Shape> inputs, long elements) {
        Shape weight = inputs.get(1);
        Shape outerWeight = inputs.get(3);
        long rows = elements / size(outerWeight, 1);
        return new Flops(2 * rows * (weight.elementCount() + outerWeight.elementCount()), 2 * rows * size(weight, 1) + elements);
    }

    /// What is added to each element, if it is there.
    private static long bias(List<Shape> inputs, int place, long elements) {
        return inputs.size() > place ? elements : 0;
    }

    /// q·kᵀ and p·v, and between them the scale, the mask if there is one, and the softmax.
    private static Flops attention(int heads, List<Shape> inputs) {
        Shape query = inputs.getFirst();
        long pairs = size(query, 0) * size(query, 1) * size(inputs.get(1), 1);
        long perScore = 1 + SOFTMAX + (inputs.size() > 3 ? 1 : 0);
        return new Flops(4 * pairs * size(query, 2), perScore * pairs * heads);
    }

    /// Every tap samples the channels of its head; positions take 2 for each offset.
    private static Flops deformableAttention(Operation.DeformableAttention attention, List<Shape> inputs) {
        Shape value = inputs.getFirst();
        long taps = (long) attention.points() * attention.levels().size();
        return Flops.others(WEIGHTED_SAMPLE * taps * value.elementCount() + 2 * inputs.get(1).elementCount()
                + SOFTMAX * inputs.get(2).elementCount());
    }

    /// The mix of classes is a product of `[K, Q]` and `[Q, H·W]`.
    private static Flops semanticInference(List<Shape> inputs, Shape output) {
        Shape classes = inputs.getFirst();
        long queries = size(classes, 1);
        long pixels = size(output, 0) * size(output, 2) * size(output, 3);
        return new Flops(2 * queries * output.elementCount(), SOFTMAX * classes.elementCount() + (BILINEAR + 1) * queries * pixels);
    }

    /// The scores of all classes, and a comparison of each.
    private static Flops semanticLabels(List<Shape> inputs, Shape output) {
        Dimension classes = inputs.getFirst().get(2).plus(-1);
        Shape scores = Shape.of(output.get(0), classes, output.get(1), output.get(2));
        Flops flops = semanticInference(inputs, scores);
        return new Flops(flops.product(), flops.other() + scores.elementCount());
    }

    /// Those of its nodes.
    private static Optional<Flops> subgraph(Graph graph) {
        Optional<Flops> sum = Optional.of(Flops.NONE);
        for (Node node : graph.nodes()) {
            List<Shape> inputs = node.inputs().stream().map(name -> graph.type(name).shape()).toList();
            Shape output = graph.type(node.output()).shape();
            sum = output.isConstant() && inputs.stream().allMatch(Shape::isConstant)
                    ? sum.flatMap(flops -> flops(node.operation(), inputs, output).map(flops::plus))
                    : Optional.empty();
        }
        return sum;
    }

    private static Optional<Flops> foreign(Operation.Foreign foreign, List<Shape> inputs, Shape output) {
        return switch (foreign.domain().isEmpty() ? foreign.type() : "") {
            case "Einsum" -> einsum(foreign, inputs);
            case "Gemm" -> {
                Shape a = inputs.getFirst();
                long depth = a.elementCount() / size(output, 0);
                yield Optional.of(Flops.products(2 * output.elementCount() * depth + bias(inputs, 2, output.elementCount())));
            }
            case "Clip", "Mod", "Log", "Tanh", "Neg", "Sign", "Round", "Ceil", "Reciprocal", "LeakyRelu", "HardSigmoid", "Gelu" ->
                Optional.of(Flops.others(output.elementCount()));
            case "Shape", "Constant", "ConstantOfShape", "Identity", "Split", "Squeeze", "Unsqueeze", "Flatten", "Tile", "Pad", "ScatterND",
                    "GatherND", "GatherElements", "NonZero", "TopK", "CumSum", "Reshape", "Expand", "Slice", "Cast", "Transpose" ->
                Optional.of(Flops.NONE);
            default -> Optional.empty();
        };
    }

    /// Of two operands: a multiply-add for each combination of all letters. An ellipsis is not counted through.
    private static Optional<Flops> einsum(Operation.Foreign foreign, List<Shape> inputs) {
        if (!(foreign.attributes().get("equation") instanceof Operation.Attribute.Text(String equation)) || inputs.size() != 2) {
            return Optional.empty();
        }
        String[] terms = equation.replace(" ", "").split("->", 2)[0].split(",", -1);
        if (terms.length != 2) {
            return Optional.empty();
        }
        Map<Character, Long> sizes = new HashMap<>();
        for (int operand = 0; operand < 2; operand++) {
            String letters = terms[operand];
            if (letters.length() != inputs.get(operand).rank() || !letters.chars().allMatch(Character::isLetter)) {
                return Optional.empty();
            }
            for (int axis = 0; axis < letters.length(); axis++) {
                sizes.put(letters.charAt(axis), size(inputs.get(operand), axis));
            }
        }
        return Optional.of(Flops.products(2 * sizes.values().stream().reduce(1L, Math::multiplyExact)));
    }

    private static long size(Shape shape, int axis) {
        return shape.get(axis).size();
    }
}
