package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.Knowledge.Sizes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/// Follows arithmetic on shapes through a graph: what [SizeArithmetic] writes, and what exporters of PyTorch write.
final class SizePropagation {
    private SizePropagation() {
    }

    /// What a node's first output is, if it speaks of sizes that follow from those known.
    static Optional<Sizes> infer(OnnxNode node, Knowledge knowledge) {
        NodeView view = new NodeView(node, knowledge);
        if (!node.domain().isEmpty() || !view.hasInput(0)) {
            return Optional.empty();
        }
        try {
            return switch (node.type()) {
                case "Shape" -> shape(view);
                case "Size" -> product(view.inputType(0).shape()).map(Sizes::scalar);
                case "Identity" -> known(view, knowledge, 0);
                case "Cast" -> cast(view, knowledge);
                case "Neg" -> known(view, knowledge, 0)
                        .map(sizes -> new Sizes(sizes.isScalar(), sizes.elements().stream().map(size -> size.times(-1)).toList()));
                case "Add" -> binary(view, knowledge, Dimension::plus);
                case "Sub" -> binary(view, knowledge, Dimension::minus);
                case "Mul" -> binary(view, knowledge, Dimension::times);
                case "Div" -> quotient(view, knowledge);
                case "Gather" -> gather(view, knowledge);
                case "Concat" -> concat(view, knowledge);
                case "Squeeze", "Unsqueeze", "Reshape" -> reshape(view, knowledge);
                case "Slice" -> slice(view);
                case "ConstantOfShape" -> filled(node, view);
                case "Equal" -> equal(view, knowledge);
                case "Where" -> where(view, knowledge);
                case "Expand" -> expanded(view, knowledge);
                default -> Optional.empty();
            };
        } catch (ArithmeticException _) {
            // Sizes beyond 64 bits are not known.
            return Optional.empty();
        }
    }

    private static Optional<Sizes> cast(NodeView view, Knowledge knowledge) {
        long to = view.integral("to", 0);
        Optional<Sizes> sizes = known(view, knowledge, 0);
        if (to == OnnxTypes.code(DataType.FLOAT32)) {
            return sizes.filter(known -> known.elements().stream()
                    .allMatch(size -> !size.isConstant() || Math.abs(size.size()) <= Knowledge.LARGEST_WHOLE_FLOAT));
        }
        return isWhole(to) ? sizes : Optional.empty();
    }

    private static boolean isWhole(long code) {
        return code == OnnxTypes.code(DataType.INT64) || code == OnnxTypes.code(DataType.INT32);
    }

    private static Optional<Sizes> known(NodeView view, Knowledge knowledge, int input) {
        return view.hasInput(input) ? knowledge.sizes(view.inputs().get(input)) : Optional.empty();
    }

    private static Optional<Sizes> shape(NodeView view) {
        Shape shape = view.inputType(0).shape();
        int start = position(view.integral("start", 0), shape.rank());
        int end = position(view.integral("end", shape.rank()), shape.rank());
        return Optional.of(Sizes.vector(start < end ? shape.dimensions().subList(start, end) : List.of()));
    }

    private static int position(long index, int rank) {
        return Math.clamp(index < 0 ? index + rank : index, 0, rank);
    }

    private static Optional<Dimension> product(Shape shape) {
        return Complexity.isBearable(shape) ? Optional.of(shape.elements()) : Optional.empty();
    }

    private static Optional<Sizes> binary(NodeView view, Knowledge knowledge, BinaryOperator<Dimension> function) {
        Optional<Sizes> a = known(view, knowledge, 0);
        Optional<Sizes> b = known(view, knowledge, 1);
        return a.isPresent() && b.isPresent() ? binary(a.get(), b.get(), function) : Optional.empty();
    }

    private static Optional<Sizes> binary(Sizes a, Sizes b, BinaryOperator<Dimension> function) {
        int length = Math.max(a.elements().size(), b.elements().size());
        if (a.elements().isEmpty() || b.elements().isEmpty() || length % a.elements().size() != 0 || length % b.elements().size() != 0
                || Math.min(a.elements().size(), b.elements().size()) != length && a.elements().size() != 1 && b.elements().size() != 1) {
            return Optional.empty();
        }
        List<Dimension> elements = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            elements.add(function.apply(a.elements().get(i % a.elements().size()), b.elements().get(i % b.elements().size())));
        }
        return Optional.of(new Sizes(a.isScalar() && b.isScalar(), elements));
    }

    /// ONNX divides towards zero, which is down for what sizes come to.
    private static Optional<Sizes> quotient(NodeView view, Knowledge knowledge) {
        Optional<Sizes> divisor = known(view, knowledge, 1);
        boolean isPositive = divisor.stream().flatMap(sizes -> sizes.elements().stream())
                .allMatch(size -> size.isConstant() && size.size() > 0);
        boolean isNotNegative = known(view, knowledge, 0).stream().flatMap(sizes -> sizes.elements().stream())
                .allMatch(size -> !size.isConstant() || size.size() >= 0);
        boolean isOfWholes = view.inputType(0).dataType() != DataType.FLOAT32;
        return isOfWholes && isPositive && isNotNegative ? binary(view, knowledge, (a, b) -> a.floorDivide(b.size())) : Optional.empty();
    }

    private static Optional<Sizes> gather(NodeView view, Knowledge knowledge) {
        Optional<Sizes> data = known(view, knowledge, 0);
        Optional<Sizes> indices = known(view, knowledge, 1);
        if (data.isEmpty() || data.get().isScalar() || indices.isEmpty() || view.integral("axis", 0) != 0) {
            return Optional.empty();
        }
        List<Dimension> elements = new ArrayList<>();
        int length = data.get().elements().size();
        for (Dimension index : indices.get().elements()) {
            if (!index.isConstant() || index.size() < -length || index.size() >= length) {
                return Optional.empty();
            }
            elements.add(data.get().elements().get((int) Math.floorMod(index.size(), (long) length)));
        }
        return Optional.of(new Sizes(indices.get().isScalar(), elements));
    }

    private static Optional<Sizes> concat(NodeView view, Knowledge knowledge) {
        List<Dimension> elements = new ArrayList<>();
        for (int i = 0; i < view.inputs().size(); i++) {
            Optional<Sizes> part = known(view, knowledge, i);
            if (part.isEmpty() || part.get().isScalar()) {
                return Optional.empty();
            }
            elements.addAll(part.get().elements());
        }
        return Optional.of(Sizes.vector(elements));
    }

    /// PyTorch replaces -1 in the shape that `expand` is asked for by ones, with ConstantOfShape, Equal and Where.
    private static Optional<Sizes> filled(OnnxNode node, NodeView view) {
        Optional<Long> value = node.attributes().get("value") instanceof Attribute.Constant(Tensor tensor)
                && tensor.dataType() == DataType.INT64 && tensor.elementCount() == 1
                        ? Optional.of(tensor.memory().get(Tensor.INT64, 0))
                        : Optional.empty();
        return value.flatMap(number -> view.numbers(0).flatMap(shape -> repeated(Dimension.of(number), shape)));
    }

    private static Optional<Sizes> expanded(NodeView view, Knowledge knowledge) {
        return known(view, knowledge, 0).filter(sizes -> sizes.elements().size() == 1)
                .flatMap(sizes -> view.numbers(1).flatMap(shape -> repeated(sizes.elements().getFirst(), shape)));
    }

    private static Optional<Sizes> repeated(Dimension element, long[] shape) {
        return shape.length == 1 && shape[0] >= 0 && shape[0] <= Knowledge.MOST_SIZES
                ? Optional.of(Sizes.vector(Collections.nCopies((int) shape[0], element)))
                : Optional.empty();
    }

    /// One where they are equal, zero where they never are.
    private static Optional<Sizes> equal(NodeView view, Knowledge knowledge) {
        Optional<Sizes> differences = binary(view, knowledge, Dimension::minus);
        return differences.isPresent() && differences.get().elements().stream().allMatch(SizePropagation::isDecided)
                ? differences.map(sizes -> new Sizes(sizes.isScalar(),
                        sizes.elements().stream().map(size -> size.equals(Dimension.ZERO) ? Dimension.ONE : Dimension.ZERO).toList()))
                : Optional.empty();
    }

    /// Whether a difference is zero, or is not, whatever the symbols are.
    private static boolean isDecided(Dimension difference) {
        return difference.isConstant()
                || Complexity.isBearable(difference)
                        && (Bounds.isAtLeast(difference, Dimension.ONE) || Bounds.isAtLeast(difference.times(-1), Dimension.ONE));
    }

    private static Optional<Sizes> where(NodeView view, Knowledge knowledge) {
        Optional<Sizes> condition = known(view, knowledge, 0);
        Optional<Sizes> chosen = known(view, knowledge, 1);
        Optional<Sizes> otherwise = known(view, knowledge, 2);
        if (condition.isEmpty() || chosen.isEmpty() || otherwise.isEmpty()) {
            return Optional.empty();
        }
        Optional<Sizes> first = binary(condition.get(), chosen.get(), Dimension::times);
        Optional<Sizes> second = binary(negated(condition.get()), otherwise.get(), Dimension::times);
        return first.isPresent() && second.isPresent() ? binary(first.get(), second.get(), Dimension::plus) : Optional.empty();
    }

    private static Sizes negated(Sizes truth) {
        return new Sizes(truth.isScalar(), truth.elements().stream().map(Dimension.ONE::minus).toList());
    }

    /// To and from scalars, and of one axis, for sizes have no more.
    private static Optional<Sizes> reshape(NodeView view, Knowledge knowledge) {
        Optional<Sizes> data = known(view, knowledge, 0);
        if (data.isPresent() && view.type().equals("Reshape") && view.numbers(1).filter(shape -> shape.length == 1).isPresent()) {
            return data.map(sizes -> Sizes.vector(sizes.elements()));
        }
        if (data.isEmpty() || data.get().elements().size() != 1) {
            return Optional.empty();
        }
        List<Dimension> elements = data.get().elements();
        return switch (view.type()) {
            case "Squeeze" -> Optional.of(new Sizes(true, elements));
            case "Unsqueeze" -> data.get().isScalar() ? Optional.of(Sizes.vector(elements)) : Optional.empty();
            default -> view.numbers(1).filter(shape -> shape.length <= 1).map(shape -> new Sizes(shape.length == 0, elements));
        };
    }

    private static Optional<Sizes> slice(NodeView view) {
        Optional<List<Dimension>> data = view.sizes(0);
        Optional<long[]> start = view.numbers(1);
        Optional<long[]> end = view.numbers(2);
        boolean hasStep = view.hasInput(4) && !view.numbers(4).filter(steps -> steps.length == 1 && steps[0] == 1).isPresent();
        if (data.isEmpty() || view.rank() != 1 || start.isEmpty() || end.isEmpty() || start.get().length != 1 || end.get().length != 1
                || hasStep) {
            return Optional.empty();
        }
        int from = position(start.get()[0], data.get().size());
        int to = position(end.get()[0], data.get().size());
        return Optional.of(Sizes.vector(from < to ? data.get().subList(from, to) : List.of()));
    }
}
