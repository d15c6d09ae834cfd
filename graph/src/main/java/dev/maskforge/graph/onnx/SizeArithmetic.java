package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Dimensions as values of an ONNX graph: int64 constants where they are fixed, else computed from the shapes of the
/// graph's inputs, each only once. ONNX itself has no arithmetic of dimensions.
final class SizeArithmetic {
    private final Graph graph;
    private final OnnxNodes nodes;
    private final Arithmetic arithmetic = new Arithmetic();
    private final Map<Dimension, String> computed = new HashMap<>();
    private final Map<List<Dimension>, String> vectors = new HashMap<>();
    private final Map<Dimension, String> scalars = new HashMap<>();
    private final Map<String, String> shapes = new HashMap<>();

    SizeArithmetic(Graph graph, OnnxNodes nodes) {
        this.graph = graph;
        this.nodes = nodes;
    }

    /// Whether an axis of this size tells a symbol: it is a constant factor times the symbol (as in [Shape#solve(Shape)]).
    static boolean tells(Dimension axis, String symbol) {
        Dimension factor = axis.with(Map.of(symbol, 1L));
        return factor.isConstant() && axis.equals(Dimension.symbol(symbol).times(factor));
    }

    /// The name of an int64 value of shape [number of dimensions].
    String vector(List<Dimension> dimensions) {
        if (dimensions.stream().allMatch(Dimension::isConstant)) {
            return nodes.vector(dimensions.stream().mapToLong(Dimension::size).toArray());
        }
        if (dimensions.size() == 1) {
            return computed(dimensions.getFirst());
        }
        String present = vectors.get(dimensions);
        if (present == null) {
            present = nodes.add("Concat", parts(dimensions), Map.of("axis", new Attribute.Integral(0)));
            vectors.put(List.copyOf(dimensions), present);
        }
        return present;
    }

    /// The name of an int64 value of shape [].
    String scalar(Dimension dimension) {
        if (dimension.isConstant()) {
            return nodes.scalar(dimension.size());
        }
        String present = scalars.get(dimension);
        if (present == null) {
            present = nodes.add("Squeeze", List.of(computed(dimension)), Map.of());
            scalars.put(dimension, present);
        }
        return present;
    }

    /// Neighbours that are constant go together.
    private List<String> parts(List<Dimension> dimensions) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        while (start < dimensions.size()) {
            int end = start + 1;
            while (end < dimensions.size() && dimensions.get(start).isConstant() && dimensions.get(end).isConstant()) {
                end++;
            }
            parts.add(vector(dimensions.subList(start, end)));
            start = end;
        }
        return parts;
    }

    private String computed(Dimension dimension) {
        String present = computed.get(dimension);
        if (present == null) {
            present = dimension.evaluate(arithmetic);
            computed.put(dimension, present);
        }
        return present;
    }

    /// Arithmetic on int64 values of shape [1].
    private final class Arithmetic implements Dimension.Arithmetic<String> {
        private final Map<String, String> symbols = new HashMap<>();
        private final Map<List<String>, String> results = new HashMap<>();

        @Override
        public String constant(long value) {
            return nodes.vector(value);
        }

        @Override
        public String symbol(String name) {
            String present = symbols.get(name);
            if (present == null) {
                present = fromInput(name);
                symbols.put(name, present);
            }
            return present;
        }

        @Override
        public String plus(String a, String b) {
            return node("Add", a, b);
        }

        @Override
        public String times(String a, String b) {
            return node("Mul", a, b);
        }

        /// ONNX's integer division rounds towards zero, and so down for what sizes come to: a dividend above -divisor.
        @Override
        public String ceilingDivide(String dividend, long divisor) {
            return node("Div", plus(dividend, constant(divisor - 1)), constant(divisor));
        }

        private String node(String type, String a, String b) {
            List<String> key = List.of(type, a, b);
            String present = results.get(key);
            if (present == null) {
                present = nodes.add(type, List.of(a, b), Map.of());
                results.put(key, present);
            }
            return present;
        }

        private String fromInput(String symbol) {
            for (String input : graph.inputs()) {
                Shape shape = graph.type(input).shape();
                for (int axis = 0; axis < shape.rank(); axis++) {
                    if (tells(shape.get(axis), symbol)) {
                        Dimension factor = shape.get(axis).with(Map.of(symbol, 1L));
                        String size = size(input, axis);
                        return factor.equals(Dimension.ONE) ? size : node("Div", size, constant(factor.size()));
                    }
                }
            }
            throw new IllegalArgumentException("no input of the graph has an axis that tells the symbol '" + symbol + "'");
        }

        private String size(String input, int axis) {
            String shape = shapes.get(input);
            if (shape == null) {
                shape = nodes.add("Shape", List.of(input), Map.of());
                shapes.put(input, shape);
            }
            return nodes.add("Gather", List.of(shape, constant(axis)), Map.of("axis", new Attribute.Integral(0)));
        }
    }
}
