package dev.maskforge.passes.precision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// float32 -> float16, save for the [islands][SingleNodes]; Cast where one meets the other.
///
/// Constants are rounded here, once, under their name with `/float16` behind it. Inputs and outputs of the graph keep their
/// types. Normalisations and softmax take and give float16; what runs them is expected to compute their statistics in
/// float32, as the interpreter, ONNX Runtime and TensorRT do.
///
/// @param single operations that stay in float32 whole, such as one whose implementation has no other
/// @param ranges how large values were; those beyond [#LARGEST] stay in float32
public record HalfPrecision(Set<Class<? extends Operation>> single, Ranges ranges) implements Pass {
    /// A node whose result was larger stays in float32: sums of squares and of products still fit below 65504 from here.
    public static final float LARGEST = 512;

    public HalfPrecision {
        single = Set.copyOf(single);
    }

    @Override
    public String name() {
        return "hold values in half precision";
    }

    @Override
    public Outcome apply(Graph graph) {
        Set<String> kept = SingleNodes.of(graph, single, ranges);
        Rounding rounding = new Rounding(graph);
        int matches = 0;
        for (Node node : graph.nodes()) {
            boolean half = !kept.contains(node.name());
            rounding.copy(node, half);
            matches += half ? 1 : 0;
        }
        return matches == 0 ? Outcome.unchanged(graph) : Outcome.of(rounding.build(graph), matches);
    }

    /// The graph being written anew, with each value in the types that were asked for so far.
    private static final class Rounding {
        private final GraphBuilder builder;
        private final Map<String, Value> values = new HashMap<>();
        private final Map<String, Value> converted = new HashMap<>();
        private final Map<String, Tensor> constants;

        Rounding(Graph graph) {
            this.builder = GraphBuilder.rewriting(graph);
            this.constants = graph.initializers();
            graph.inputs().forEach(name -> values.put(name, builder.value(name)));
            constants.keySet().forEach(name -> values.put(name, builder.value(name)));
        }

        void copy(Node node, boolean half) {
            List<Value> inputs = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                inputs.add(input(node, i, half));
            }
            List<Value> outputs = builder.copy(node, inputs);
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }

        private Value input(Node node, int index, boolean half) {
            String name = node.inputs().get(index);
            Value value = value(node, name);
            if (value.type().dataType() != DataType.FLOAT32 && value.type().dataType() != DataType.FLOAT16) {
                return value;
            }
            if (node.operation() instanceof Operation.Cast) {
                return value;
            }
            // Offsets and logits of deformable attention say where it looks; only what it sees may be rounded.
            boolean position = node.operation() instanceof Operation.DeformableAttention && index > 0;
            return half && !position ? half(name, value) : single(name, value);
        }

        private Value half(String name, Value value) {
            return value.type().dataType() == DataType.FLOAT16 ? value : converted.computeIfAbsent(name, _ -> rounded(name, value));
        }

        private Value rounded(String name, Value value) {
            Tensor constant = constants.get(name);
            return constant == null
                    ? builder.within(name, () -> value.cast(DataType.FLOAT16))
                    : builder.within(name, () -> builder.constant("float16", Tensor.ofHalves(constant.shape(), constant.toFloats())));
        }

        private Value single(String name, Value value) {
            return value.type().dataType() == DataType.FLOAT32
                    ? value
                    : converted.computeIfAbsent(name + " as float32", _ -> builder.within(name, () -> value.cast(DataType.FLOAT32)));
        }

        private Value value(Node node, String name) {
            Value value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("node '" + node.name() + "' takes '" + name + "', which nothing gives");
            }
            return value;
        }

        private Value output(String name) {
            Value value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("nothing gives the output '" + name + "'");
            }
            return value;
        }

        Graph build(Graph graph) {
            graph.outputs().forEach(name -> builder.output(name, output(name)));
            return builder.build();
        }
    }
}
