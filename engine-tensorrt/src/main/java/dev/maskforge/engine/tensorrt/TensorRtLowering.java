package dev.maskforge.engine.tensorrt;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.lower.AttentionLowering;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What is TensorRT's own business before the general lowering: DeformableAttention -> its plugin, or one that takes offsets and
/// logits as they come, for the kernel; Attention -> what it stands
/// for, save where a kernel of ours takes it; and Cast(int64 -> uint8) -> Cast(Cast(int64 -> float32) -> uint8), since TensorRT
/// makes uint8 of floating-point numbers alone.
///
/// @param form      of deformable attention; what is neither the plugin nor a kernel is left to [dev.maskforge.passes.Lowering]
/// @param attention what computes attention
record TensorRtLowering(DeformableAttentionForm form, AttentionForm attention) implements Pass {
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
        AttentionByKernel byKernel = AttentionByKernel.of(graph, attention);
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        int matches = 0;
        for (Node node : graph.nodes()) {
            List<Value> inputs = node.inputs().stream().map(name -> value(values, name)).toList();
            if (node.operation() instanceof Operation.DeformableAttention deformable && form == DeformableAttentionForm.PLUGIN) {
                values.put(node.output(), builder.within(node.name(), () -> DeformableAttentionByPlugin.lower(deformable, inputs)));
                matches++;
            } else if (form == DeformableAttentionForm.KERNEL && node.operation() instanceof Operation.DeformableAttention
                    && isWidened(graph, producers, node.inputs().get(1)) && isWidened(graph, producers, node.inputs().get(2))) {
                // The kernel computes positions in float32 whatever they come in.
                values.put(node.output(), builder.copy(node, List.of(inputs.getFirst(), narrow(values, producers, node.inputs().get(1)),
                        narrow(values, producers, node.inputs().get(2)))).getFirst());
                matches++;
            } else if (node.operation() instanceof Operation.Attention plain && !byKernel.takes(node)) {
                values.put(node.output(), builder.within(node.name(), () -> AttentionOverManyKeys.fits(node, inputs)
                        ? AttentionOverManyKeys.lower(plain, inputs)
                        : AttentionLowering.lower(plain, inputs)));
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

    /// Whether a value is a cast from float16 to float32.
    private static boolean isWidened(Graph graph, Map<String, Node> producers, String name) {
        Node cast = producers.get(name);
        return cast != null && cast.operation().equals(new Operation.Cast(DataType.FLOAT32))
                && graph.type(cast.inputs().getFirst()).dataType() == DataType.FLOAT16;
    }

    private static Value narrow(Map<String, Value> values, Map<String, Node> producers, String name) {
        return value(values, Objects.requireNonNull(producers.get(name)).inputs().getFirst());
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value '" + name + "'");
        }
        return value;
    }
}
