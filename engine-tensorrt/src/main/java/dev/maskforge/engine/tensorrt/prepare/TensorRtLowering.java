package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Rewriter;
import dev.maskforge.passes.lower.AttentionLowering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What is TensorRT's own business before the general lowering:
///
/// - DeformableAttention -> its plugin, or one that takes offsets and logits as they come, for the kernel
/// - Attention -> what it stands for, save where a kernel of ours takes it
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
        AttentionByKernel byKernel = AttentionByKernel.of(graph, attention);
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        return Rewriter.rewrite(graph, (node, inputs, place) -> switch (node.operation()) {
            case Operation.DeformableAttention deformable -> switch (form) {
                case PLUGIN ->
                    Optional.of(place.builder().within(node.name(), () -> DeformableAttentionByPlugin.lower(deformable, inputs)));
                case KERNEL -> narrowed(graph, node, producers, inputs, place);
                case GRID_SAMPLE, GATHER -> Optional.empty();
            };
            case Operation.Attention plain when !byKernel.takes(node) ->
                Optional.of(place.builder().within(node.name(), () -> AttentionOverManyKeys.fits(node, inputs)
                        ? AttentionOverManyKeys.lower(plain, inputs)
                        : AttentionLowering.lower(plain, inputs)));
            default -> Optional.empty();
        });
    }

    /// The kernel computes positions in float32 whatever they come in.
    private static Optional<Value> narrowed(Graph graph, Node node, Map<String, Node> producers, List<Value> inputs, Rewriter.Place place) {
        List<String> places = node.inputs().subList(1, 3);
        if (!places.stream().allMatch(name -> isWidened(graph, producers, name))) {
            return Optional.empty();
        }
        List<Value> given = new ArrayList<>(List.of(inputs.getFirst()));
        places.forEach(name -> given.add(place.value(Objects.requireNonNull(producers.get(name)).inputs().getFirst())));
        return Optional.of(place.builder().copy(node, given).getFirst());
    }

    /// Whether a value is a cast from float16 to float32.
    private static boolean isWidened(Graph graph, Map<String, Node> producers, String name) {
        Node cast = producers.get(name);
        return cast != null && cast.operation().equals(new Operation.Cast(DataType.FLOAT32))
                && graph.type(cast.inputs().getFirst()).dataType() == DataType.FLOAT16;
    }
}
