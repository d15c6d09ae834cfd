package dev.maskforge.passes.lower;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Subgraph -> the nodes of its graph, in scopes under the node's name.
public final class SubgraphLowering {
    private SubgraphLowering() {
    }

    /// The outputs in order. What the nodes are may be high-level operations.
    ///
    /// @param name   of the node that is expanded
    /// @param graph  of its operation
    /// @param inputs of the node
    public static List<Value> lower(String name, Graph graph, List<Value> inputs, GraphBuilder builder) {
        Map<String, Value> values = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            values.put(graph.inputs().get(i), inputs.get(i));
        }
        for (Node node : graph.nodes()) {
            Value[] taken = node.inputs().stream().map(values::get).toArray(Value[]::new);
            values.put(node.output(), builder.within(scope(name, node), () -> builder.add(node.operation(), taken)));
        }
        return graph.outputs().stream().map(values::get).toList();
    }

    private static String scope(String outer, Node node) {
        int end = node.name().lastIndexOf('/');
        return end > 0 ? outer + "/" + node.name().substring(0, end) : outer;
    }
}
