package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.lower.AttentionLowering;
import dev.maskforge.passes.lower.DeformableAttentionByGather;
import dev.maskforge.passes.lower.DeformableAttentionByGridSample;
import dev.maskforge.passes.lower.FeedForwardLowering;
import dev.maskforge.passes.lower.FusedConvLowering;
import dev.maskforge.passes.lower.GroupNormalizationLowering;
import dev.maskforge.passes.lower.LinearLowering;
import dev.maskforge.passes.lower.PixelsLowering;
import dev.maskforge.passes.lower.SemanticInferenceLowering;
import dev.maskforge.passes.lower.SemanticLabelsLowering;
import dev.maskforge.passes.lower.SubgraphLowering;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// High-level operations -> the simpler ones that they stand for, save those that an engine has of its own.
///
/// The nodes that replace `…/Attention` lie in the scope `…/Attention`; those of `…/SemanticLabels` where the models used to
/// write them: `…/SemanticInference/…`, `…/ArgMax`, `…/Cast`. Subgraphs come first, so that what they hold is expanded, too.
///
/// @param nativeOperations    the high-level operations that stay
/// @param deformableAttention how deformable attention is expanded
public record Lowering(Set<Class<? extends Operation>> nativeOperations, DeformableAttention deformableAttention) implements Pass {
    public Lowering {
        nativeOperations = Set.copyOf(nativeOperations);
    }

    /// The expansions of multi-scale deformable attention. They agree up to rounding.
    public enum DeformableAttention {
        /// The engine's own where it has one, else one GridSample a level.
        ENGINE,
        /// One GridSample a level, as in the original's pure PyTorch form, also where the engine has one of its own.
        GRID_SAMPLE,
        /// Four Gathers a level, one for each corner of the bilinear sample, likewise.
        GATHER
    }

    @Override
    public String name() {
        return "lower high-level operations";
    }

    @Override
    public Outcome apply(Graph graph) {
        Outcome inlined = nativeOperations.contains(Operation.Subgraph.class) ? Outcome.unchanged(graph) : inline(graph);
        Outcome lowered = Rewriter.rewrite(inlined.graph(), (node, inputs, place) -> lower(node, inputs, place.builder()));
        return Outcome.of(lowered.graph(), inlined.matches() + lowered.matches());
    }

    private static Outcome inline(Graph graph) {
        return Rewriter.expand(graph, (node, inputs, place) -> node.operation() instanceof Operation.Subgraph(Graph inner)
                ? Optional.of(SubgraphLowering.lower(node.name(), inner, inputs, place.builder()))
                : Optional.empty());
    }

    /// The form in which deformable attention is expanded; empty where it stays, for an engine to compute by its own.
    public Optional<DeformableAttention> expansion() {
        return switch (deformableAttention) {
            case ENGINE -> nativeOperations.contains(Operation.DeformableAttention.class) ? Optional.empty()
                    : Optional.of(DeformableAttention.GRID_SAMPLE);
            case GRID_SAMPLE, GATHER -> Optional.of(deformableAttention);
        };
    }

    private boolean stays(Operation operation) {
        return operation instanceof Operation.DeformableAttention ? expansion().isEmpty() : nativeOperations.contains(operation.getClass());
    }

    private Optional<Value> lower(Node node, List<Value> inputs, GraphBuilder builder) {
        if (!node.operation().isHighLevel() || stays(node.operation())) {
            return Optional.empty();
        }
        if (node.operation() instanceof Operation.SemanticLabels labels) {
            return Optional.of(builder.within(outerScope(node), () -> labels(labels, inputs, builder)));
        }
        return Optional.of(builder.within(node.name(), () -> switch (node.operation()) {
            case Operation.Linear() -> LinearLowering.lower(inputs);
            case Operation.FusedConv fused -> FusedConvLowering.lower(fused, inputs);
            case Operation.FeedForward() -> FeedForwardLowering.lower(inputs);
            case Operation.GroupNormalization normalization -> GroupNormalizationLowering.lower(normalization, inputs);
            case Operation.Attention attention -> AttentionLowering.lower(attention, inputs);
            case Operation.DeformableAttention attention -> switch (deformableAttention) {
                case ENGINE, GRID_SAMPLE -> DeformableAttentionByGridSample.lower(attention, inputs);
                case GATHER -> DeformableAttentionByGather.lower(attention, inputs);
            };
            case Operation.SemanticInference inference -> SemanticInferenceLowering.lower(inference, inputs);
            case Operation.Pixels pixels -> PixelsLowering.lower(pixels, inputs);
            default -> throw new IllegalStateException("nothing lowers " + node.operation().type());
        }));
    }

    private Value labels(Operation.SemanticLabels labels, List<Value> inputs, GraphBuilder builder) {
        Operation.SemanticInference inference = SemanticLabelsLowering.scores(labels);
        Value scores = nativeOperations.contains(Operation.SemanticInference.class)
                ? builder.add(inference, inputs.toArray(Value[]::new))
                : builder.within(builder.scope().isEmpty() ? inference.type() : builder.scope() + "/" + inference.type(),
                        () -> SemanticInferenceLowering.lower(inference, inputs));
        return SemanticLabelsLowering.lower(scores);
    }

    private static String outerScope(Node node) {
        return node.name().substring(0, Math.max(0, node.name().lastIndexOf('/')));
    }
}
