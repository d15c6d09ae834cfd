package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryProgram;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.precision.HalfPrecision;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.passes.rewrite.ShareEqualNodes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// From a graph to one of which every operation is either a kernel of ours or known to TensorRT's ONNX parser, with every type
/// settled.
///
/// @param optimised whether the rewrites come first that a graph as authored gains by
/// @param precision of the arithmetic
/// @param forms     what computes what
/// @param ranges    how large values were on calibration pictures, for half precision
public record Preparation(boolean optimised, Precision precision, SettledForms forms, Ranges ranges) {
    /// What becomes of a graph.
    ///
    /// @param graph          that is ready
    /// @param queriesRefusal why the kernel of queries does not take what it might, the first reason of all; empty if there is none
    public record Prepared(Graph graph, Optional<String> queriesRefusal) {}

    /// Makes a graph ready.
    public Prepared apply(Graph graph) {
        Prepared prepared = withPositions(graph, true);
        return MapBorders.areKept(prepared.graph()) ? prepared : withPositions(graph, false);
    }

    /// @param channelsLast whether what takes maps with their channels last is gathered
    private Prepared withPositions(Graph graph, boolean channelsLast) {
        boolean isForAttention = forms.attention() == AttentionForm.KERNEL_ALWAYS && forms.columns();
        Pipeline.Result joined = passes(isForAttention || gathered().isPresent(), channelsLast).run(graph);
        // Where no kernel of ours takes the wider sum, it costs more than it saves.
        Graph prepared = isForAttention || gathered().isEmpty() || hasQueries(joined.graph())
                ? joined.graph()
                : passes(false, channelsLast).run(graph).graph();
        Optional<String> refusal = joined.steps().stream().filter(step -> step.pass().equals(GatherQueries.NAME))
                .flatMap(step -> step.refusals().stream()).map(Pass.Refusal::reason).findFirst();
        return new Prepared(prepared, refusal);
    }

    private static boolean hasQueries(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> KernelSteps.name(node).equals(KernelSteps.QUERIES));
    }

    /// @param joined       whether queries and keys get their positions in one sum
    /// @param channelsLast whether what takes maps with their channels last is gathered
    private Pipeline passes(boolean joined, boolean channelsLast) {
        List<Pass> passes = new ArrayList<>();
        if (optimised) {
            passes.addAll(Optimisation.fewestProducts().passes().passes());
        }
        // What was measured is known by the names of values that are there before they are joined.
        if (addsPositions() && ranges.largest().isEmpty()) {
            passes.add(new JoinSamplingInputs());
        }
        if (joined && ranges.largest().isEmpty()) {
            passes.add(new JoinPositions());
        }
        if (precision == Precision.FP16) {
            passes.add(new HalfPrecision(single(), ranges));
        }
        gathered().ifPresent(type -> passes.add(new GatherQueries(type, QueryProgram::refusal)));
        if (channelsLast && normalises()) {
            passes.add(new GatherGroupNormalization());
        }
        if (channelsLast && makesMasks()) {
            passes.add(new GatherMasks());
        }
        if (computesWithTokens()) {
            passes.add(new GatherTokens(forms.tokens().leastTokens()));
        }
        passes.add(new TensorRtLowering(forms.deformable(), forms.attention()));
        if (addsPositions()) {
            passes.add(new GatherDeformableAttention());
        }
        passes.add(new Lowering(own(), forms.deformable() == DeformableAttentionForm.GATHER
                ? Lowering.DeformableAttention.GATHER
                : Lowering.DeformableAttention.ENGINE));
        passes.add(new ExpandQuantization());
        passes.add(new BytesAtTheEdges(own()));
        passes.add(new RoundPixels());
        if (channelsLast && computesStem()) {
            passes.add(new GatherStem());
        }
        passes.add(new ShareEqualNodes());
        passes.add(new FoldConstants());
        passes.add(new RemoveUnused());
        return new Pipeline(passes);
    }

    /// None of the forms that TensorRT has of its own computes positions better than what it samples, a variance need not fit
    /// into half, and quantisation is of float32.
    private Set<Class<? extends Operation>> single() {
        Set<Class<? extends Operation>> single = new HashSet<>(
                Set.of(Operation.BatchNormalization.class, Operation.QuantizeLinear.class, Operation.DequantizeLinear.class));
        if (forms.deformable() != DeformableAttentionForm.KERNEL) {
            single.add(Operation.DeformableAttention.class);
        }
        return single;
    }

    private Optional<DataType> gathered() {
        return gathered(forms.queries(), precision);
    }

    /// The type of the products that the kernel of queries makes, if it makes any: it has none of float32 as it is.
    public static Optional<DataType> gathered(QueriesForm queries, Precision precision) {
        if (queries == QueriesForm.NETWORK) {
            return Optional.empty();
        }
        return switch (precision) {
            case FP16 -> Optional.of(DataType.FLOAT16);
            case TF32 -> Optional.of(DataType.FLOAT32);
            case FP32, INT8 -> Optional.empty();
        };
    }

    /// Convolutions of bytes want another layout.
    private boolean normalises() {
        return forms.groupNormalization() == GroupNormalizationForm.KERNEL && precision != Precision.INT8;
    }

    /// The kernel has no products of float32 as it is.
    private boolean makesMasks() {
        return forms.masks() == MasksForm.KERNEL && (precision == Precision.FP16 || precision == Precision.TF32);
    }

    /// Where deformable attention is not a kernel of ours it gives float32, and a runtime may fuse what follows with what comes before.
    private boolean computesWithTokens() {
        return forms.tokens() != TokensForm.NETWORK && precision == Precision.FP16
                && forms.deformable() == DeformableAttentionForm.KERNEL;
    }

    /// Products are of float16.
    private boolean computesStem() {
        return forms.stem() == StemForm.KERNEL && precision == Precision.FP16;
    }

    /// The kernel of deformable attention adds them where it may read columns of products.
    private boolean addsPositions() {
        return forms.deformable() == DeformableAttentionForm.KERNEL && forms.columns();
    }

    /// Where a prepared graph is cut: at the operations that are kernels of ours, and at what selects columns for them.
    public Predicate<Node> cuts(Graph prepared) {
        Set<Class<? extends Operation>> own = own();
        Set<String> names = forms.columns() ? Columns.of(prepared, own) : Set.of();
        return node -> own.contains(node.operation().getClass()) || names.contains(node.name());
    }

    /// The operations that are kernels of ours.
    public Set<Class<? extends Operation>> own() {
        Set<Class<? extends Operation>> own = new HashSet<>();
        own.add(Operation.Pixels.class);
        if (forms.deformable() == DeformableAttentionForm.KERNEL) {
            own.add(Operation.DeformableAttention.class);
        }
        if (forms.attention() != AttentionForm.NETWORK) {
            own.add(Operation.Attention.class);
        }
        if (gathered().isPresent() || normalises() || makesMasks() || computesWithTokens() || addsPositions() || computesStem()) {
            own.add(Operation.Subgraph.class);
        }
        if (forms.labels() == LabelsForm.KERNEL) {
            own.add(Operation.SemanticLabels.class);
        }
        return own;
    }
}
