package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A graph that is gone through node by node, and the one that comes of it. Values of the first are told by their names;
/// what stands for them in the second is a [Value].
final class Site {
    private final Graph graph;
    private final GraphBuilder builder;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> users = new HashMap<>();
    private final Set<String> ofSizes = new HashSet<>();
    private final Map<String, Value> values = new HashMap<>();

    Site(Graph graph) {
        this.graph = graph;
        this.builder = GraphBuilder.rewriting(graph);
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        ofSizes.addAll(graph.initializers().keySet());
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> producers.put(output, node));
            new HashSet<>(node.inputs()).forEach(input -> users.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
            if (!(node.operation() instanceof Operation.Foreign) && ofSizes.containsAll(node.inputs())) {
                ofSizes.addAll(node.outputs());
            }
        }
    }

    /// The part of a node's name up to the last slash.
    static String scope(Node node) {
        return node.name().substring(0, Math.max(0, node.name().lastIndexOf('/')));
    }

    Graph graph() {
        return graph;
    }

    GraphBuilder builder() {
        return builder;
    }

    /// The node that computes a value, unless it is an input or a constant.
    Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /// The node that computes a value, if it has one output and an operation of this kind.
    Optional<Node> producer(String value, Class<? extends Operation> kind) {
        return producer(value).filter(node -> kind.isInstance(node.operation()) && node.outputs().size() == 1);
    }

    /// The nodes that take a value, each once.
    List<Node> users(String value) {
        return users.getOrDefault(value, List.of());
    }

    /// Whether a node is all that takes a value.
    boolean isOnlyFor(String value, Node user) {
        return !graph.outputs().contains(value) && users(value).equals(List.of(user));
    }

    Optional<Tensor> constant(String value) {
        return Optional.ofNullable(graph.initializers().get(value));
    }

    /// Whether a value follows from constants and the sizes of the inputs alone, not from what is in them.
    boolean isOfSizes(String value) {
        return ofSizes.contains(value);
    }

    Shape shape(String value) {
        return graph.type(value).shape();
    }

    /// What stands for a value in the new graph.
    Value value(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name.isEmpty()
                    ? "an input that is left out in the middle is not known to passes yet"
                    : "the graph has no value '" + name + "' at this place");
        }
        return value;
    }

    List<Value> inputs(Node node) {
        return node.inputs().stream().map(this::value).toList();
    }

    /// Lets one constant stand for another of the same elements.
    void alias(String constant, String other) {
        values.put(constant, value(other));
    }

    /// An output of the graph must be a node's own.
    boolean mayReplace(Node node, Value value) {
        return !graph.outputs().contains(node.output()) || !values.containsValue(value);
    }

    void replace(Node node, Value value) {
        values.put(node.output(), value);
    }

    void copy(Node node) {
        List<Value> outputs = builder.copy(node, this::value);
        for (int i = 0; i < outputs.size(); i++) {
            values.put(node.outputs().get(i), outputs.get(i));
        }
    }

    Graph build() {
        graph.outputs().forEach(name -> builder.output(name, value(name)));
        return builder.build();
    }
}
