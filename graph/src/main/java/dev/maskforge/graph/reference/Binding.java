package dev.maskforge.graph.reference;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Operations with sizes in place of symbols.
public final class Binding {
    private Binding() {
    }

    /// The operation at these sizes of its symbols.
    public static Operation bind(Operation operation, Map<String, Long> sizes) {
        return switch (operation) {
            case Operation.Reshape(var shape) -> new Operation.Reshape(shape.with(sizes));
            case Operation.Expand(var shape) -> new Operation.Expand(shape.with(sizes));
            case Operation.Slice(int axis, Dimension start, Dimension end) ->
                new Operation.Slice(axis, start.with(sizes), end.with(sizes));
            case Operation.Resize(var mode, Dimension height, Dimension width) ->
                new Operation.Resize(mode, height.with(sizes), width.with(sizes));
            case Operation.Range(Dimension length) -> new Operation.Range(length.with(sizes));
            case Operation.Sizes(List<Dimension> dimensions) ->
                new Operation.Sizes(dimensions.stream().map(dimension -> dimension.with(sizes)).toList());
            case DeformableAttention(int heads, int points, List<DeformableAttention.Level> levels) ->
                new DeformableAttention(heads, points, levels.stream()
                        .map(level -> new DeformableAttention.Level(level.height().with(sizes), level.width().with(sizes))).toList());
            case Operation.SemanticInference(Dimension height, Dimension width) ->
                new Operation.SemanticInference(height.with(sizes), width.with(sizes));
            case Operation.SemanticLabels(Dimension height, Dimension width) ->
                new Operation.SemanticLabels(height.with(sizes), width.with(sizes));
            case Operation.Subgraph(Graph graph) -> new Operation.Subgraph(bind(graph, sizes));
            case Operation.Unary _,Operation.Binary _,Operation.Where _,Operation.Cast _,Operation.QuantizeLinear _,Operation.DequantizeLinear _,Operation.MatMul _,Operation.Gemm _,Operation.Conv _,Operation.MaxPool _,Operation.BatchNormalization _,Operation.InstanceNormalization _,Operation.LayerNormalization _,Operation.Softmax _,Operation.Reduce _,Operation.ArgMax _,Operation.Transpose _,Operation.Concat _,Operation.Gather _,Operation.GridSample _,Operation.Foreign _,Operation.Linear _,Operation.FusedConv _,Operation.FeedForward _,Operation.GroupNormalization _,Operation.Attention _,Operation.Pixels _ ->
                operation;
        };
    }

    private static Graph bind(Graph graph, Map<String, Long> sizes) {
        List<Node> nodes = graph.nodes().stream()
                .map(node -> new Node(node.name(), bind(node.operation(), sizes), node.inputs(), node.outputs())).toList();
        Map<String, TensorType> types = new HashMap<>();
        graph.types().forEach((name, type) -> types.put(name, new TensorType(type.dataType(), type.shape().with(sizes))));
        return new Graph(graph.inputs(), graph.outputs(), nodes, graph.initializers(), types, graph.metadata());
    }
}
