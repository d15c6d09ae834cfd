package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Drops nodes and constants from which no output follows.
public final class RemoveUnused implements Pass {
    @Override
    public String name() {
        return "remove unused nodes";
    }

    @Override
    public Outcome apply(Graph graph) {
        Set<String> needed = new HashSet<>(graph.outputs());
        List<Node> kept = new ArrayList<>();
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                kept.add(node);
                needed.addAll(node.inputs());
            }
        }
        if (kept.size() == graph.nodes().size() && needed.containsAll(graph.initializers().keySet())) {
            return Outcome.unchanged(graph);
        }
        SequencedMap<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        initializers.keySet().retainAll(needed);
        Set<String> defined = new HashSet<>(graph.inputs());
        defined.addAll(initializers.keySet());
        kept.forEach(node -> defined.addAll(node.outputs()));
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        types.keySet().retainAll(defined);
        int removed = graph.nodes().size() - kept.size() + graph.initializers().size() - initializers.size();
        return Outcome.of(new Graph(graph.inputs(), graph.outputs(), kept.reversed(), initializers, types, graph.metadata()), removed);
    }
}
