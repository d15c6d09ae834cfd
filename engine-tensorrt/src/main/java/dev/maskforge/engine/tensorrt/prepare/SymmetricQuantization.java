package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The quantisation of a graph that TensorRT computes with int8 kernels: QuantizeLinear to int8 by one constant scale, with a
/// zero point that is 0, whose results only go into DequantizeLinear of the same kind; those; and DequantizeLinear of weights,
/// with zero points of 0, for nodes that take such results.
///
/// @param nodes their names
record SymmetricQuantization(Set<String> nodes) {
    SymmetricQuantization {
        nodes = Set.copyOf(nodes);
    }

    static SymmetricQuantization of(Graph graph) {
        return new SymmetricQuantization(new Search(graph).run());
    }

    boolean stays(Node node) {
        return nodes.contains(node.name());
    }

    private static final class Search {
        private final Graph graph;
        private final Map<String, List<Node>> takers = new HashMap<>();
        private final Set<String> found = new HashSet<>();
        /// What DequantizeLinear makes of integers of TensorRT's kind.
        private final Set<String> restored = new HashSet<>();

        Search(Graph graph) {
            this.graph = graph;
            graph.nodes().forEach(node -> node.inputs().forEach(name -> takers.computeIfAbsent(name, _ -> new ArrayList<>()).add(node)));
        }

        Set<String> run() {
            for (Node node : graph.nodes()) {
                if (node.operation() instanceof Operation.QuantizeLinear && hasOneScale(node) && isRestored(node.output())) {
                    found.add(node.name());
                    takers(node.output()).forEach(taker -> {
                        found.add(taker.name());
                        restored.add(taker.output());
                    });
                }
            }
            for (Node node : graph.nodes()) {
                if (isRestoredWeight(node)) {
                    found.add(node.name());
                }
            }
            return found;
        }

        private boolean isRestored(String integers) {
            return !graph.outputs().contains(integers) && !takers(integers).isEmpty() && takers(integers).stream()
                    .allMatch(taker -> taker.operation() instanceof Operation.DequantizeLinear && hasOneScale(taker));
        }

        private boolean isRestoredWeight(Node node) {
            return node.operation() instanceof Operation.DequantizeLinear && graph.initializers().containsKey(node.inputs().getFirst())
                    && isSymmetric(node) && !graph.outputs().contains(node.output()) && !takers(node.output()).isEmpty()
                    && takers(node.output()).stream().allMatch(taker -> restored.contains(taker.inputs().getFirst()));
        }

        private List<Node> takers(String value) {
            return takers.getOrDefault(value, List.of());
        }

        private boolean hasOneScale(Node node) {
            return isSymmetric(node) && graph.type(node.inputs().get(1)).shape().elementCount() == 1;
        }

        /// Whether scale and zero point are constants, and all zero points 0 of int8.
        private boolean isSymmetric(Node node) {
            Tensor zeros = node.inputs().size() == 3 ? graph.initializers().get(node.inputs().get(2)) : null;
            return zeros != null && zeros.dataType() == DataType.INT8 && graph.initializers().containsKey(node.inputs().get(1))
                    && zeros.memory().elements(ValueLayout.JAVA_BYTE).allMatch(zero -> zero.get(ValueLayout.JAVA_BYTE, 0) == 0);
        }
    }
}
