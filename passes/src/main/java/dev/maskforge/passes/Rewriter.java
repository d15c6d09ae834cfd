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

    /// Says what stands for a node of any number of outputs in the new graph.
    @FunctionalInterface
    public interface Expansion {
        /// The values that the node's outputs become, in order, or nothing to keep the node.
        Optional<List<Value>> of(Node node, List<Value> inputs, Place place);
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
        return expand(graph, (node, inputs, place) -> replacement.of(node, inputs, place).map(List::of));
    }

    /// Goes through a graph whose nodes may have several outputs.
    public static Pass.Outcome expand(Graph graph, Expansion expansion) {
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        Place place = new Place(builder, Collections.unmodifiableMap(values));
        int matches = 0;
        for (Node node : graph.nodes()) {
            // What leaves something out in the middle is somebody else's, and stays.
            boolean isWhole = !node.inputs().contains("") && !node.outputs().contains("");
            Optional<List<Value>> replaced = isWhole
                    ? expansion.of(node, node.inputs().stream().map(name -> value(values, name)).toList(), place)
                    : Optional.empty();
            matches += replaced.isPresent() ? 1 : 0;
            List<Value> outputs = replaced.orElseGet(() -> builder.copy(node, name -> value(values, name)));
            if (outputs.size() != node.outputs().size()) {
                throw new IllegalStateException(
                        "node '" + node.name() + "' has " + node.outputs().size() + " outputs, what replaces it " + outputs.size());
            }
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
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
