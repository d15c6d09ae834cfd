package dev.maskforge.passes;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// Small graphs, numbers to put in, and the comparison of what two graphs give.
public final class Graphs {
    private Graphs() {
    }

    static Value floats(GraphBuilder builder, String name, Shape shape) {
        return builder.input(name, new TensorType(DataType.FLOAT32, shape));
    }

    static Value floats(GraphBuilder builder, String name, Dimension... dimensions) {
        return floats(builder, name, Shape.of(dimensions));
    }

    static Value floats(GraphBuilder builder, String name, long... sizes) {
        return floats(builder, name, Shape.of(sizes));
    }

    /// The graph of one operation on float32 inputs called `a`, `b`, ... of these shapes; its output is `y`.
    static Graph of(Operation operation, Shape... shapes) {
        GraphBuilder builder = new GraphBuilder();
        List<Value> inputs = new ArrayList<>();
        for (Shape shape : shapes) {
            inputs.add(floats(builder, String.valueOf((char) ('a' + inputs.size())), shape));
        }
        builder.output("y", builder.within("layer", () -> builder.add(operation, inputs.toArray(Value[]::new))));
        return builder.build();
    }

    /// Normally distributed numbers for each float32 input.
    public static Map<String, Tensor> numbers(Graph graph, Map<String, Long> sizes, double deviation, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> numbers = new HashMap<>();
        for (String input : graph.inputs()) {
            numbers.put(input, gaussian(graph.type(input).shape().with(sizes), deviation, random));
        }
        return numbers;
    }

    static Tensor gaussian(Shape shape, double deviation, Random random) {
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(shape, elements);
    }

    public static List<String> types(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().type()).toList();
    }

    /// The largest difference between what two graphs give, relative to the largest number; infinite if only one of two
    /// elements is a number.
    public static double difference(Graph expected, Graph actual, Map<String, Tensor> inputs) {
        SequencedMap<String, Tensor> wanted = Interpreter.run(expected, inputs);
        SequencedMap<String, Tensor> given = Interpreter.run(actual, inputs);
        assertEquals(List.copyOf(wanted.keySet()), List.copyOf(given.keySet()));
        double largest = 0;
        for (String name : wanted.keySet()) {
            largest = Math.max(largest, difference(requireNonNull(wanted.get(name)), requireNonNull(given.get(name))));
        }
        return largest;
    }

    private static double difference(Tensor expected, Tensor actual) {
        assertEquals(expected.type(), actual.type());
        float[] a = expected.toFloats();
        float[] b = actual.toFloats();
        double largest = 0;
        double scale = Float.MIN_NORMAL;
        for (int i = 0; i < a.length; i++) {
            if (Float.isNaN(a[i]) != Float.isNaN(b[i])) {
                return Double.POSITIVE_INFINITY;
            }
            if (!Float.isNaN(a[i])) {
                largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
                scale = Math.max(scale, Math.abs(a[i]));
            }
        }
        return largest / scale;
    }
}
