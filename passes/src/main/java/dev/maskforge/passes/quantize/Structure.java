package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who gives a value in a graph, who takes it, and which values are constants.
final class Structure {
    private final Graph graph;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();
    private final Map<String, Tensor> constants = new HashMap<>();

    Structure(Graph graph) {
        this.graph = graph;
        constants.putAll(graph.initializers());
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> producers.put(output, node));
            node.inputs().stream().distinct().forEach(input -> consumers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
            part(node).ifPresent(tensor -> constants.put(node.output(), tensor));
        }
    }

    /// What a node takes out of constants, where it is no more than that: projections of one kind often lie below each other
    /// in one weight.
    private Optional<Tensor> part(Node node) {
        boolean isPart = switch (node.operation()) {
            case Operation.Slice(_, var start, var end) -> start.isConstant() && end.isConstant();
            case Operation.Reshape(var shape) -> shape.isConstant();
            case Operation.Transpose _ -> true;
            default -> false;
        };
        return isPart && constants.keySet().containsAll(node.inputs())
                ? Optional.of(Interpreter.evaluate(node.operation(), node.inputs().stream().map(constants::get).toList()))
                : Optional.empty();
    }

    Graph graph() {
        return graph;
    }

    Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    List<Node> consumers(String value) {
        return consumers.getOrDefault(value, List.of());
    }

    Optional<Tensor> constant(String value) {
        return Optional.ofNullable(constants.get(value));
    }

    boolean isOutput(String value) {
        return graph.outputs().contains(value);
    }

    /// What a runtime gives in one step where it computes with integers: the node's output, or that of the ReLU which alone
    /// takes it.
    String result(Node node) {
        List<Node> takers = consumers(node.output());
        boolean isRectified = takers.size() == 1 && !isOutput(node.output())
                && takers.getFirst().operation() instanceof Operation.Unary(var function) && function == Operation.UnaryFunction.RELU;
        return isRectified ? takers.getFirst().output() : node.output();
    }
}
