package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The shapes of what ONNX's operations give that take more than a line: slices with steps, parts, sums of products.
final class ForeignShapes {
    private ForeignShapes() {
    }

    /// Slice along any axes, with steps.
    static Optional<Shape> slice(NodeView view) {
        Optional<long[]> starts = view.numbers(1);
        Optional<long[]> ends = view.numbers(2);
        if (starts.isEmpty() || ends.isEmpty() || view.hasInput(3) && view.numbers(3).isEmpty()
                || view.hasInput(4) && view.numbers(4).isEmpty()) {
            return Optional.empty();
        }
        Shape shape = view.inputType(0).shape();
        int count = starts.get().length;
        for (int i = 0; i < count; i++) {
            int axis = shape.axis(view.hasInput(3) ? Math.clamp(view.numbers(3).orElseThrow()[i], -100, 100) : i);
            long step = view.hasInput(4) ? view.numbers(4).orElseThrow()[i] : 1;
            Optional<Dimension> length = length(shape.get(axis), starts.get()[i], ends.get()[i], step);
            if (length.isEmpty()) {
                return Optional.empty();
            }
            shape = shape.with(axis, length.get());
        }
        return Optional.of(shape);
    }

    private static Optional<Dimension> length(Dimension size, long start, long end, long step) {
        if (step <= 0) {
            return Optional.empty();
        }
        return Bounds.clamp(Dimension.of(start), size)
                .flatMap(from -> Bounds.clamp(Dimension.of(Math.min(end, Integer.MAX_VALUE)), size).map(to -> to.minus(from)))
                .filter(length -> Bounds.isAtLeast(length, Dimension.ZERO)).map(length -> length.ceilingDivide(step));
    }

    /// One of the parts that Split cuts an axis into.
    static Optional<Shape> part(NodeView view, int output, int outputs) {
        Shape shape = view.inputType(0).shape();
        int axis = shape.axis(Math.clamp(view.integral("axis", 0), -100, 100));
        if (view.hasInput(1) || view.has("split")) {
            return view.sizes(1).or(() -> Optional.of(view.integrals("split", List.of()).stream().map(Dimension::of).toList()))
                    .filter(sizes -> output < sizes.size()).map(sizes -> shape.with(axis, sizes.get(output)));
        }
        return shape.get(axis).divideExactly(Dimension.of(outputs)).map(size -> shape.with(axis, size));
    }

    /// How many numbers Range counts.
    static Optional<Dimension> count(NodeView view) {
        if (view.inputs().size() != 3 || view.sizes(0).isEmpty() || view.sizes(1).isEmpty() || view.sizes(2).isEmpty()
                || view.sizes(0).get().size() != 1 || view.sizes(1).get().size() != 1 || view.sizes(2).get().size() != 1) {
            return Optional.empty();
        }
        Dimension start = view.sizes(0).get().getFirst();
        Dimension limit = view.sizes(1).get().getFirst();
        Dimension step = view.sizes(2).get().getFirst();
        Dimension length = limit.minus(start);
        if (length.isConstant() && step.isConstant() && step.size() != 0) {
            return Optional.of(Dimension.of(Math.max(0, Math.ceilDiv(length.size(), step.size()))));
        }
        return step.equals(Dimension.ONE) && Bounds.isAtLeast(length, Dimension.ZERO) ? Optional.of(length) : Optional.empty();
    }

    /// Flatten makes a matrix of a tensor.
    static Shape flattened(NodeView view) {
        Shape shape = view.inputType(0).shape();
        long axis = view.integral("axis", 1);
        int at = Math.clamp(axis < 0 ? axis + shape.rank() : axis, 0, shape.rank());
        return Shape.of(new Shape(shape.dimensions().subList(0, at)).elements(),
                new Shape(shape.dimensions().subList(at, shape.rank())).elements());
    }

    /// Gemm's product of two matrices, each perhaps transposed.
    static Optional<Shape> product(NodeView view) {
        if (!view.hasInput(1) || view.rank() != 2 || view.inputType(1).shape().rank() != 2) {
            return Optional.empty();
        }
        int rows = view.integral("transA", 0) == 0 ? 0 : 1;
        int columns = view.integral("transB", 0) == 0 ? 1 : 0;
        return Optional.of(Shape.of(view.inputType(0).shape().get(rows), view.inputType(1).shape().get(columns)));
    }

    /// Einsum with named axes on both sides of the arrow.
    static Optional<Shape> einsum(OnnxNode node, NodeView view) {
        if (!(node.attributes().get("equation") instanceof Attribute.Text(String text))) {
            return Optional.empty();
        }
        String equation = text.replace(" ", "");
        int arrow = equation.indexOf("->");
        String[] terms = equation.substring(0, Math.max(arrow, 0)).split(",", -1);
        if (arrow < 0 || !equation.substring(arrow + 2).matches("[A-Za-z]*") || terms.length != view.inputs().size()) {
            return Optional.empty();
        }
        Map<Character, Dimension> sizes = new HashMap<>();
        for (int i = 0; i < terms.length; i++) {
            Shape shape = view.inputType(i).shape();
            if (!terms[i].matches("[A-Za-z]*") || terms[i].length() != shape.rank()) {
                return Optional.empty();
            }
            for (int axis = 0; axis < shape.rank(); axis++) {
                sizes.merge(terms[i].charAt(axis), shape.get(axis), (one, other) -> one.equals(Dimension.ONE) ? other : one);
            }
        }
        List<Dimension> dimensions = new ArrayList<>();
        for (char label : equation.substring(arrow + 2).toCharArray()) {
            Dimension size = sizes.get(label);
            if (size == null) {
                return Optional.empty();
            }
            dimensions.add(size);
        }
        return Optional.of(new Shape(dimensions));
    }
}
