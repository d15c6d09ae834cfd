package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.lower.AttentionLowering;
import dev.maskforge.passes.lower.DeformableAttentionByGather;
import dev.maskforge.passes.lower.DeformableAttentionByGridSample;
import dev.maskforge.passes.lower.GroupNormalizationLowering;
import dev.maskforge.passes.lower.LinearLowering;
import dev.maskforge.passes.lower.SemanticInferenceLowering;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// High-level operations -> the simpler ones that they stand for, save those that an engine has of its own.
///
/// The nodes that replace `…/Attention` lie in the scope `…/Attention`.
///
/// @param nativeOperations    the high-level operations that stay
/// @param deformableAttention how deformable attention is expanded
public record Lowering(Set<Class<? extends Operation>> nativeOperations, DeformableAttention deformableAttention) implements Pass {
    public Lowering {
        nativeOperations = Set.copyOf(nativeOperations);
    }

    /// The expansions of multi-scale deformable attention. They agree up to rounding.
    public enum DeformableAttention {
        /// One GridSample a level, as in the original's pure PyTorch form.
        GRID_SAMPLE,
        /// Four Gathers a level, one for each corner of the bilinear sample.
        GATHER
    }

    @Override
    public String name() {
        return "lower high-level operations";
    }

    @Override
    public Graph apply(Graph graph) {
        return Rewriter.rewrite(graph, this::lower);
    }

    private Optional<Value> lower(Node node, List<Value> inputs, GraphBuilder builder) {
        if (!node.operation().isHighLevel() || nativeOperations.contains(node.operation().getClass())) {
            return Optional.empty();
        }
        return Optional.of(builder.within(node.name(), () -> switch (node.operation()) {
            case Operation.Linear() -> LinearLowering.lower(inputs);
            case Operation.GroupNormalization normalization -> GroupNormalizationLowering.lower(normalization, inputs);
            case Operation.Attention attention -> AttentionLowering.lower(attention, inputs);
            case Operation.DeformableAttention attention -> switch (deformableAttention) {
                case GRID_SAMPLE -> DeformableAttentionByGridSample.lower(attention, inputs);
                case GATHER -> DeformableAttentionByGather.lower(attention, inputs);
            };
            case Operation.SemanticInference inference -> SemanticInferenceLowering.lower(inference, inputs);
            default -> throw new IllegalStateException("nothing lowers " + node.operation().type());
        }));
    }
}
