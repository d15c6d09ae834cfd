package dev.maskforge.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Checks that a graph keeps the rules that every pass and engine relies on.
public final class Verifier {
    private static final List<Check> CHECKS = List.of(Verifier::valuesAreDefinedOnce, Verifier::valuesAreDefinedBeforeUse,
            Verifier::nodeNamesAreUnique, Verifier::typesFollowFromOperations, Verifier::initializersHaveTheirType,
            Verifier::outputsAreDefined);

    private Verifier() {
    }

    @FunctionalInterface
    private interface Check {
        /// What is wrong, or nothing.
        Stream<String> problems(Graph graph);
    }

    /// Makes all checks and returns the same graph.
    ///
    /// @throws IllegalStateException listing what is wrong
    public static Graph verify(Graph graph) {
        List<String> problems = CHECKS.stream().flatMap(check -> check.problems(graph)).limit(10).toList();
        if (!problems.isEmpty()) {
            throw new IllegalStateException("not a valid graph: " + String.join("; ", problems));
        }
        return graph;
    }

    private static Stream<String> valuesAreDefinedOnce(Graph graph) {
        Set<String> seen = new HashSet<>();
        return definitions(graph).filter(name -> !seen.add(name)).map(name -> "value '" + name + "' is defined twice");
    }

    private static Stream<String> valuesAreDefinedBeforeUse(Graph graph) {
        Set<String> defined = new HashSet<>(graph.inputs());
        defined.addAll(graph.initializers().keySet());
        List<String> problems = new ArrayList<>();
        for (Node node : graph.nodes()) {
            for (String input : node.inputs()) {
                if (!input.isEmpty() && !defined.contains(input)) {
                    problems.add("node '" + node.name() + "' takes '" + input + "', which is not defined before it");
                }
            }
            defined.addAll(node.outputs());
        }
        return problems.stream();
    }

    private static Stream<String> nodeNamesAreUnique(Graph graph) {
        Set<String> seen = new HashSet<>();
        return graph.nodes().stream().map(Node::name).filter(name -> !seen.add(name)).map(name -> "two nodes are called '" + name + "'");
    }

    private static Stream<String> typesFollowFromOperations(Graph graph) {
        return graph.nodes().stream().flatMap(node -> typeProblems(graph, node));
    }

    private static Stream<String> typeProblems(Graph graph, Node node) {
        if (Stream.concat(node.inputs().stream(), node.outputs().stream())
                .anyMatch(name -> !name.isEmpty() && !graph.types().containsKey(name))) {
            return Stream.of("node '" + node.name() + "' has a value without a type");
        }
        if (node.operation() instanceof Operation.Foreign) {
            return Stream.empty();
        }
        try {
            List<TensorType> types = ShapeInference.infer(node.operation(), node.inputs().stream().map(graph::type).toList());
            List<TensorType> stated = node.outputs().stream().map(graph::type).toList();
            return types.equals(stated)
                    ? Stream.empty()
                    : Stream.of("node '" + node.name() + "' gives " + types + ", the graph says " + stated);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            return Stream.of("node '" + node.name() + "': " + e.getMessage());
        }
    }

    private static Stream<String> initializersHaveTheirType(Graph graph) {
        return graph.initializers().entrySet().stream().filter(entry -> !entry.getValue().type().equals(graph.types().get(entry.getKey())))
                .map(Map.Entry::getKey).map(name -> "constant '" + name + "' is not of the type that the graph says");
    }

    private static Stream<String> outputsAreDefined(Graph graph) {
        Set<String> defined = new HashSet<>(definitions(graph).toList());
        return graph.outputs().stream().filter(name -> !defined.contains(name)).map(name -> "output '" + name + "' is not defined");
    }

    private static Stream<String> definitions(Graph graph) {
        return Stream.of(graph.inputs().stream(), graph.initializers().keySet().stream(),
                graph.nodes().stream().flatMap(node -> node.outputs().stream()).filter(name -> !name.isEmpty())).flatMap(names -> names);
    }
}
