package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Goes through a graph node by node, replacing some nodes and copying the others under their names.
final class Rewriter {
    private Rewriter() {
    }

    /// Says what stands for a node in the new graph.
    @FunctionalInterface
    interface Replacement {
        /// The value that the node's only output becomes, or nothing to keep the node.
        Optional<Value> of(Node node, List<Value> inputs, GraphBuilder builder);
    }

    static Graph rewrite(Graph graph, Replacement replacement) {
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        for (Node node : graph.nodes()) {
            List<Value> inputs = node.inputs().stream().map(name -> value(values, node, name)).toList();
            Optional<Value> replaced = replacement.of(node, inputs, builder);
            if (replaced.isPresent()) {
                values.put(node.output(), replaced.get());
            } else {
                List<Value> outputs = builder.copy(node, inputs);
                for (int i = 0; i < outputs.size(); i++) {
                    values.put(node.outputs().get(i), outputs.get(i));
                }
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return builder.build();
    }

    private static Value value(Map<String, Value> values, Node node, String name) {
        if (name.isEmpty()) {
            throw new UnsupportedOperationException(
                    "node '" + node.name() + "' leaves out an input in the middle, which passes do not know yet");
        }
        return value(values, name);
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }
}
