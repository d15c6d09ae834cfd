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

/// What is TensorRT's own business before the general lowering: DeformableAttention -> its plugin, and
/// Cast(int64 -> uint8) -> Cast(Cast(int64 -> float32) -> uint8), since TensorRT makes uint8 of floating-point numbers alone.
///
/// @param plugin whether deformable attention becomes the plugin; if not it is left to [dev.maskforge.passes.Lowering]
record TensorRtLowering(boolean plugin) implements Pass {
    @Override
    public String name() {
        return "lower to what TensorRT has";
    }

    @Override
    public Outcome apply(Graph graph) {
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        int matches = 0;
        for (Node node : graph.nodes()) {
            List<Value> inputs = node.inputs().stream().map(name -> value(values, name)).toList();
            if (node.operation() instanceof Operation.DeformableAttention attention && plugin) {
                values.put(node.output(), builder.within(node.name(), () -> DeformableAttentionByPlugin.lower(attention, inputs)));
                matches++;
            } else if (node.operation() instanceof Operation.Attention attention && AttentionOverManyKeys.fits(node, inputs)) {
                values.put(node.output(), builder.within(node.name(), () -> AttentionOverManyKeys.lower(attention, inputs)));
                matches++;
            } else if (node.operation() instanceof Operation.Cast(DataType to) && to == DataType.UINT8
                    && !inputs.getFirst().type().dataType().isFloatingPoint()) {
                Value floats = builder.within(node.name(), () -> inputs.getFirst().cast(DataType.FLOAT32));
                values.put(node.output(), builder.copy(node, List.of(floats)).getFirst());
                matches++;
            } else {
                List<Value> outputs = builder.copy(node, inputs);
                for (int i = 0; i < outputs.size(); i++) {
                    values.put(node.outputs().get(i), outputs.get(i));
                }
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return matches == 0 ? Outcome.unchanged(graph) : Outcome.of(builder.build(), matches);
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }
}
