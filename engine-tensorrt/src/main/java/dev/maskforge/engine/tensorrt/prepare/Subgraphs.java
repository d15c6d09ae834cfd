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
        List<String> outputs = new ArrayList<>();
        for (Node node : members) {
            node.outputs().stream()
                    .filter(output -> graph.outputs().contains(output) || !within.containsAll(neighbours.takers(output)))
                    .forEach(outputs::add);
        }
        return of(graph, members, outputs);
    }

    private static Operation.Subgraph of(Graph graph, List<Node> members, List<String> outputs) {
        Set<String> given = new HashSet<>();
        SequencedSet<String> outside = new LinkedHashSet<>();
        SequencedSet<String> constants = new LinkedHashSet<>();
        for (Node node : members) {
            for (String input : node.inputs()) {
                if (graph.initializers().containsKey(input)) {
                    constants.add(input);
                } else if (!given.contains(input)) {
                    outside.add(input);
                }
            }
            given.addAll(node.outputs());
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
        Set<Node> gathered = new HashSet<>();
        groups.values().forEach(gathered::addAll);
        Map<Node, Operation.Subgraph> subgraphs = new HashMap<>();
        groups.forEach((anchor, members) -> subgraphs.put(anchor, of(graph, members, neighbours)));
        return rebuilt(graph, order.stream().filter(node -> groups.containsKey(node) || !gathered.contains(node)).toList(), subgraphs,
                name);
    }

    /// The graph with Subgraphs where some of the gathered nodes stood.
    ///
    /// @param subgraphs by a gathered node, where all that it takes is there and nobody has taken what it gives
    /// @param name      of their nodes, in that node's scope
    static Pass.Outcome put(Graph graph, Set<Node> gathered, Map<Node, Operation.Subgraph> subgraphs, String name) {
        return rebuilt(graph, graph.nodes().stream().filter(node -> subgraphs.containsKey(node) || !gathered.contains(node)).toList(),
                subgraphs, name);
    }

    /// The graph with nodes replaced by what computes the same of values further up. Nodes that nobody takes any more stay.
    ///
    /// @param groups by the node, which is the last of its group and has one output, in an order in which they can run
    /// @param name   of the nodes, in the replaced node's scope
    static Pass.Outcome replace(Graph graph, Map<Node, List<Node>> groups, String name) {
        Map<Node, Operation.Subgraph> subgraphs = new HashMap<>();
        groups.forEach((last, members) -> subgraphs.put(last, of(graph, members, last.outputs())));
        return rebuilt(graph, graph.nodes(), subgraphs, name);
    }

    private static Pass.Outcome rebuilt(Graph graph, List<Node> order, Map<Node, Operation.Subgraph> subgraphs, String name) {
        Set<String> names = new HashSet<>(graph.types().keySet());
        graph.nodes().forEach(node -> names.add(node.name()));
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        for (Node node : order) {
            Operation.Subgraph inner = subgraphs.get(node);
            builder.copy(inner == null ? node : new Node(free(node, name, names), inner, inner.graph().inputs(), inner.graph().outputs()),
                    builder::value);
        }
        graph.outputs().forEach(output -> builder.output(output, builder.value(output)));
        return Pass.Outcome.of(builder.build(), subgraphs.size());
    }

    private static String free(Node anchor, String wanted, Collection<String> names) {
        return free(anchor.name().substring(0, anchor.name().lastIndexOf('/') + 1) + wanted, names);
    }

    /// A name that nothing has yet, and is taken from now on.
    static String free(String wanted, Collection<String> names) {
        String name = wanted;
        for (int count = 1; !names.add(name); count++) {
            name = wanted + "_" + count;
        }
        return name;
    }
}
