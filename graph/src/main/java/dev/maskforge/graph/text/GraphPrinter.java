package dev.maskforge.graph.text;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.stream.Collectors;

/// Writes a graph as text.
final class GraphPrinter {
    private final Graph graph;

    GraphPrinter(Graph graph) {
        this.graph = graph;
    }

    String print() {
        StringBuilder text = new StringBuilder();
        text.append(graph.inputs().stream().map(name -> Names.print(name) + ": " + graph.type(name))
                .collect(Collectors.joining(", ", "(", ")")));
        text.append(" -> (").append(names(graph.outputs())).append(") {\n");
        graph.metadata().forEach(
                (key, value) -> text.append("  metadata ").append(Names.quote(key)).append(" = ").append(Names.quote(value)).append('\n'));
        graph.initializers().forEach((name, tensor) -> text.append("  ").append(constant(name, tensor)).append('\n'));
        graph.nodes().forEach(node -> text.append("  ").append(node(node)).append('\n'));
        return text.append("}\n").toString();
    }

    private static String constant(String name, Tensor tensor) {
        String typed = Names.print(name) + ": " + tensor.type();
        return GraphText.keeps(tensor.type()) ? typed + " = " + Literals.print(tensor) : typed;
    }

    private static String node(Node node) {
        String types = node.operation() instanceof Operation.Foreign foreign
                ? ": " + foreign.outputs().stream().map(TensorType::toString).collect(Collectors.joining(", "))
                : "";
        String named = node.name().equals(node.outputs().getFirst()) ? "" : " as " + Names.print(node.name());
        return names(node.outputs()) + " = " + OperationPrinter.print(node.operation()) + "(" + names(node.inputs()) + ")" + types + named;
    }

    private static String names(List<String> names) {
        return names.stream().map(Names::print).collect(Collectors.joining(", "));
    }
}
