package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Value;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Goes through a graph node by node, replacing some nodes and copying the others under their names.
public final class Rewriter {
    private Rewriter() {
    }

    /// Says what stands for a node in the new graph.
    @FunctionalInterface
    public interface Replacement {
        /// The value that the node's only output becomes, or nothing to keep the node.
        Optional<Value> of(Node node, List<Value> inputs, Place place);
    }

    /// Where in the new graph a node's replacement is written.
    ///
    /// @param builder of the new graph
    /// @param values  of it, by their names in the old one
    public record Place(GraphBuilder builder, Map<String, Value> values) {
        /// What a value of the old graph has become.
        ///
        /// @throws IllegalArgumentException if nothing yet
        public Value value(String name) {
            return Rewriter.value(values, name);
        }
    }

    /// Goes through a graph.
    public static Pass.Outcome rewrite(Graph graph, Replacement replacement) {
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        Place place = new Place(builder, Collections.unmodifiableMap(values));
        int matches = 0;
        for (Node node : graph.nodes()) {
            // What leaves something out in the middle is somebody else's, and stays.
            boolean isWhole = !node.inputs().contains("") && !node.outputs().contains("");
            Optional<Value> replaced = isWhole
                    ? replacement.of(node, node.inputs().stream().map(name -> value(values, name)).toList(), place)
                    : Optional.empty();
            if (replaced.isPresent()) {
                values.put(node.output(), replaced.get());
                matches++;
            } else {
                List<Value> outputs = builder.copy(node, name -> value(values, name));
                for (int i = 0; i < outputs.size(); i++) {
                    values.put(node.outputs().get(i), outputs.get(i));
                }
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return matches == 0 ? Pass.Outcome.unchanged(graph) : Pass.Outcome.of(builder.build(), matches);
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }
}
