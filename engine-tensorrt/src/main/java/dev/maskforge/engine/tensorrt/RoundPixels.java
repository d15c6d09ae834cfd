package dev.maskforge.engine.tensorrt;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Cast(Pixels to float32) -> Pixels to float16: the kernel rounds what it has computed, and what is written and read is half
/// as long.
final class RoundPixels implements Pass {
    @Override
    public String name() {
        return "round pixels where they are computed";
    }

    @Override
    public Outcome apply(Graph graph) {
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Node> pixels = new HashMap<>();
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        int matches = 0;
        for (Node node : graph.nodes()) {
            Node source = node.inputs().isEmpty() ? null : pixels.get(node.inputs().getFirst());
            if (source != null && node.operation() instanceof Operation.Cast(DataType to) && to == DataType.FLOAT16
                    && source.operation() instanceof Operation.Pixels of) {
                values.put(node.output(), builder.within(node.name(), () -> builder.add(new Operation.Pixels(of.mean(), of.deviation(), to),
                        values(source, values).toArray(Value[]::new))));
                matches++;
                continue;
            }
            if (node.operation() instanceof Operation.Pixels(_, _, DataType to) && to == DataType.FLOAT32) {
                pixels.put(node.output(), node);
            }
            List<Value> outputs = builder.copy(node, values(node, values));
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return matches == 0 ? Outcome.unchanged(graph) : Outcome.of(builder.build(), matches);
    }

    private static List<Value> values(Node node, Map<String, Value> values) {
        return node.inputs().stream().map(name -> value(values, name)).toList();
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }
}
