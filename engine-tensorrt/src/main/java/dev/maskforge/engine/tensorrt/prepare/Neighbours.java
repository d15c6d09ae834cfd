package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/// Which nodes give and take the values of a graph.
///
/// @param givers by the value's name
/// @param takers likewise
record Neighbours(Map<String, Node> givers, Map<String, List<Node>> takers) {
    static Neighbours of(Graph graph) {
        Map<String, Node> givers = new HashMap<>();
        Map<String, List<Node>> takers = new HashMap<>();
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> givers.put(output, node));
            node.inputs().stream().distinct().forEach(input -> takers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
        }
        return new Neighbours(givers, takers);
    }

    /// A graph's inputs, and what follows from them.
    static Set<String> ofInputs(Graph graph) {
        Set<String> ofInputs = new HashSet<>(graph.inputs());
        for (Node node : graph.nodes()) {
            if (node.inputs().stream().anyMatch(ofInputs::contains)) {
                ofInputs.addAll(node.outputs());
            }
        }
        return ofInputs;
    }

    /// The node that gives a value, unless it is an input or a constant of the graph.
    Optional<Node> giver(String value) {
        return Optional.ofNullable(givers.get(value));
    }

    /// The nodes that take a value.
    List<Node> takers(String value) {
        return takers.getOrDefault(value, List.of());
    }

    /// These nodes, and those that they are connected with.
    ///
    /// @param goes whether the way from one node leads on to its neighbour, up or down
    Set<Node> reached(Collection<Node> from, BiPredicate<Node, Node> goes) {
        Set<Node> reached = new LinkedHashSet<>(from);
        Deque<Node> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            Node node = open.pop();
            Stream.concat(node.inputs().stream().flatMap(input -> giver(input).stream()),
                    node.outputs().stream().flatMap(output -> takers(output).stream()))
                    .filter(next -> !reached.contains(next) && goes.test(node, next)).forEach(next -> {
                        if (reached.add(next)) {
                            open.push(next);
                        }
                    });
        }
        return reached;
    }
}
