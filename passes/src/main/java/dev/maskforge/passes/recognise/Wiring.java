package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongToDoubleFunction;

/// Who makes each value of a graph, and what it is.
final class Wiring {
    private final Graph graph;
    private final Map<String, Node> makers = new HashMap<>();
    private final Set<String> inputSymbols = new HashSet<>();

    Wiring(Graph graph) {
        this.graph = graph;
        graph.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
        graph.inputs().stream().flatMap(input -> graph.type(input).shape().dimensions().stream())
                .forEach(dimension -> inputSymbols.addAll(dimension.symbols()));
    }

    /// The node that gives a value; inputs and constants have none.
    Optional<Node> maker(String value) {
        return Optional.ofNullable(makers.get(value));
    }

    /// The node that gives a value, if it computes this.
    <T extends Operation> Optional<Node> maker(String value, Class<T> operation) {
        return maker(value).filter(node -> operation.isInstance(node.operation()));
    }

    TensorType type(String value) {
        return graph.type(value);
    }

    Shape shape(String value) {
        return graph.type(value).shape();
    }

    /// Whether a value's size follows from the sizes of the graph's inputs, not from what is in them.
    boolean isOfToldSize(String value) {
        return inputSymbols.containsAll(shape(value).dimensions().stream().flatMap(dimension -> dimension.symbols().stream()).toList());
    }

    Optional<Tensor> constant(String value) {
        return Optional.ofNullable(graph.initializers().get(value));
    }

    /// The number that all elements of a constant are, also of one that is repeated.
    OptionalDouble uniform(String value) {
        String source = value;
        for (int i = 0; i < Trace.LONGEST && constant(source).isEmpty(); i++) {
            Optional<Node> maker = maker(source).filter(Wiring::repeats);
            if (maker.isEmpty()) {
                return OptionalDouble.empty();
            }
            source = maker.get().inputs().getFirst();
        }
        return constant(source).map(Wiring::uniform).orElse(OptionalDouble.empty());
    }

    private static boolean repeats(Node node) {
        return switch (node.operation()) {
            case Operation.Expand _,Operation.Reshape _,Operation.Transpose _ -> true;
            // Of a size that depends on what the input shows.
            case Operation.Foreign(String domain, String type, _, _) ->
                domain.isEmpty() && (type.equals("Expand") || type.equals("Reshape"));
            default -> false;
        };
    }

    private static OptionalDouble uniform(Tensor tensor) {
        LongToDoubleFunction elements = elements(tensor);
        long count = tensor.elementCount();
        for (long i = 1; i < count; i++) {
            if (Double.compare(elements.applyAsDouble(i), elements.applyAsDouble(0)) != 0) {
                return OptionalDouble.empty();
            }
        }
        return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(elements.applyAsDouble(0));
    }

    /// Whether all elements of a constant are this number, up to float32's rounding.
    boolean isUniform(String value, double number) {
        OptionalDouble uniform = uniform(value);
        return uniform.isPresent() && (uniform.getAsDouble() == number
                || Double.isFinite(number) && Math.abs(uniform.getAsDouble() - number) <= 1e-6 * Math.abs(number));
    }

    /// A tensor's elements as numbers; truth is 1.
    static LongToDoubleFunction elements(Tensor tensor) {
        return switch (tensor.dataType()) {
            case FLOAT32 -> i -> tensor.memory().get(Tensor.FLOAT32, 4 * i);
            case FLOAT64 -> i -> tensor.memory().get(Tensor.FLOAT64, 8 * i);
            case INT64 -> i -> tensor.memory().get(Tensor.INT64, 8 * i);
            case INT32 -> i -> tensor.memory().get(Tensor.INT32, 4 * i);
            case UINT8, BOOL -> i -> Byte.toUnsignedInt(tensor.memory().get(ValueLayout.JAVA_BYTE, i));
            case INT8 -> i -> tensor.memory().get(ValueLayout.JAVA_BYTE, i);
            case FLOAT16 -> i -> Float.float16ToFloat(tensor.memory().get(Tensor.INT16, 2 * i));
            case BFLOAT16 -> i -> Float.intBitsToFloat(tensor.memory().get(Tensor.INT16, 2 * i) << 16);
        };
    }

    boolean is(String value, DataType dataType) {
        return type(value).dataType() == dataType;
    }
}
