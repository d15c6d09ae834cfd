package dev.maskforge.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the graph of an [Operation.Subgraph] must be.
final class SubgraphRules {
    private SubgraphRules() {
    }

    /// Checks a graph.
    ///
    /// @throws IllegalArgumentException if it is none of a subgraph; the message says why
    static void check(Graph graph) {
        graph.initializers().keySet().stream().findFirst().ifPresent(name -> {
            throw wrong("has the constant '" + name + "'; make it an input");
        });
        graph.metadata().keySet().stream().findFirst().ifPresent(key -> {
            throw wrong("has metadata, '" + key + "'; leave it to the outer graph");
        });
        graph.nodes().stream().filter(node -> !isAllowed(node.operation())).findFirst().ifPresent(node -> {
            throw wrong(
                    "has node '" + node.name() + "', " + node.operation().type() + "; leave subgraphs and operations of others outside");
        });
        graph.inputs().stream().filter(input -> !graph.types().containsKey(input)).findFirst().ifPresent(input -> {
            throw wrong("has no type for its input '" + input + "'; state one");
        });
        try {
            Verifier.verify(graph);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("the graph of a subgraph is " + e.getMessage(), e);
        }
        checkOutputs(graph);
    }

    private static boolean isAllowed(Operation operation) {
        return !(operation instanceof Operation.Foreign || operation instanceof Operation.Subgraph);
    }

    private static void checkOutputs(Graph graph) {
        List<String> outputs = graph.outputs();
        if (outputs.isEmpty()) {
            throw wrong("has no outputs; give it one");
        }
        Set<String> seen = new HashSet<>(graph.inputs());
        outputs.stream().filter(output -> !seen.add(output)).findFirst().ifPresent(output -> {
            throw wrong("has the output '" + output + "', an input or another output; give each value of its nodes once");
        });
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the graph of a subgraph " + what);
    }
}
