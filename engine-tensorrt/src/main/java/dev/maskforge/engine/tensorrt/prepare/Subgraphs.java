package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/// Neighbouring nodes of a graph as one `Subgraph`.
final class Subgraphs {
    private Subgraphs() {
    }

    /// What nodes compute. Values are called as outside.
    ///
    /// @param members in an order in which they can run
    static Operation.Subgraph of(Graph graph, List<Node> members, Neighbours neighbours) {
        Set<Node> within = new HashSet<>(members);
        Set<String> given = new HashSet<>();
        SequencedSet<String> outside = new LinkedHashSet<>();
        SequencedSet<String> constants = new LinkedHashSet<>();
        List<String> outputs = new ArrayList<>();
        for (Node node : members) {
            for (String input : node.inputs()) {
                if (graph.initializers().containsKey(input)) {
                    constants.add(input);
                } else if (!given.contains(input)) {
                    outside.add(input);
                }
            }
            given.addAll(node.outputs());
            node.outputs().stream()
                    .filter(output -> graph.outputs().contains(output) || !within.containsAll(neighbours.takers(output)))
                    .forEach(outputs::add);
        }
        List<String> inputs = new ArrayList<>(outside);
        inputs.addAll(constants);
        GraphBuilder inner = new GraphBuilder();
        inputs.forEach(name -> inner.input(name, graph.type(name)));
        members.forEach(node -> inner.copy(node, inner::value));
        outputs.forEach(name -> inner.output(name, inner.value(name)));
        return new Operation.Subgraph(inner.build());
    }

    /// The graph with nodes gathered.
    ///
    /// @param order  all nodes, in an order in which they can run when those gathered run where the anchor stands
    /// @param groups by the anchor, one of its members
    /// @param name   of their nodes, in the anchor's scope
    static Pass.Outcome gather(Graph graph, List<Node> order, Map<Node, List<Node>> groups, String name, Neighbours neighbours) {
        Set<String> names = new HashSet<>(graph.types().keySet());
        graph.nodes().forEach(node -> names.add(node.name()));
        Set<Node> gathered = new HashSet<>();
        groups.values().forEach(gathered::addAll);
        Map<Node, Node> subgraphs = new HashMap<>();
        order.stream().filter(groups::containsKey).forEach(anchor -> {
            List<Node> members = groups.getOrDefault(anchor, List.of());
            Operation.Subgraph inner = of(graph, members, neighbours);
            subgraphs.put(anchor, new Node(free(anchor, name, names), inner, inner.graph().inputs(), inner.graph().outputs()));
        });
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        for (Node node : order) {
            if (subgraphs.containsKey(node) || !gathered.contains(node)) {
                builder.copy(subgraphs.getOrDefault(node, node), builder::value);
            }
        }
        graph.outputs().forEach(output -> builder.output(output, builder.value(output)));
        return Pass.Outcome.of(builder.build(), groups.size());
    }

    private static String free(Node anchor, String wanted, Collection<String> names) {
        String first = anchor.name().substring(0, anchor.name().lastIndexOf('/') + 1) + wanted;
        String name = first;
        for (int count = 1; !names.add(name); count++) {
            name = first + "_" + count;
        }
        return name;
    }
}
