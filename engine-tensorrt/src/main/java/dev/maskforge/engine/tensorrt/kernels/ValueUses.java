package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Which node gives each value of a graph, and how often each is taken, by nodes or as an output of the graph: for programs that are
/// found going up from their result.
///
/// @param givers by the value's name
/// @param counts likewise
public record ValueUses(Map<String, Node> givers, Map<String, Integer> counts) {
    public static ValueUses of(Graph graph) {
        Map<String, Node> givers = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        graph.outputs().forEach(output -> counts.merge(output, 1, Integer::sum));
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> givers.put(output, node));
            node.inputs().forEach(input -> counts.merge(input, 1, Integer::sum));
        }
        return new ValueUses(Map.copyOf(givers), Map.copyOf(counts));
    }

    /// The node that gives a value, if it is taken no more often than this; none gives inputs and constants.
    public Optional<Node> giver(String value, int mostUses) {
        return counts.getOrDefault(value, 0) > mostUses ? Optional.empty() : Optional.ofNullable(givers.get(value));
    }

    /// Whether a node gives it.
    public boolean isGiven(String value) {
        return givers.containsKey(value);
    }
}
