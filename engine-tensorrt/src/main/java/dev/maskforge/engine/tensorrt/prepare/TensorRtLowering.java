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
import java.util.List;
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
        Neighbours neighbours = Neighbours.of(graph);
        return Rewriter.rewrite(graph, (node, inputs, place) -> switch (node.operation()) {
            case Operation.DeformableAttention deformable -> switch (form) {
                case PLUGIN ->
                    Optional.of(place.builder().within(node.name(), () -> DeformableAttentionByPlugin.lower(deformable, inputs)));
                case KERNEL -> narrowed(graph, node, neighbours, inputs, place);
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
    private static Optional<Value> narrowed(Graph graph, Node node, Neighbours neighbours, List<Value> inputs, Rewriter.Place place) {
        List<String> places = node.inputs().subList(1, 3);
        List<Node> casts = places.stream().flatMap(name -> neighbours.giver(name).stream()).filter(giver -> isWidening(graph, giver))
                .toList();
        if (casts.size() < places.size()) {
            return Optional.empty();
        }
        List<Value> given = new ArrayList<>(List.of(inputs.getFirst()));
        casts.forEach(cast -> given.add(place.value(cast.inputs().getFirst())));
        return Optional.of(place.builder().copy(node, given).getFirst());
    }

    /// Whether a node is a cast from float16 to float32.
    private static boolean isWidening(Graph graph, Node cast) {
        return cast.operation().equals(new Operation.Cast(DataType.FLOAT32))
                && graph.type(cast.inputs().getFirst()).dataType() == DataType.FLOAT16;
    }
}
