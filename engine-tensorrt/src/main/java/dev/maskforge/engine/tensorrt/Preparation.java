package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
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
import java.util.Set;

/// From a graph to one of which every operation is either a kernel of ours or known to TensorRT's ONNX parser, with every type
/// settled.
///
/// @param optimised whether the rewrites come first that a graph as authored gains by
/// @param precision of the arithmetic
/// @param form      of deformable attention
/// @param head      what makes labels
/// @param ranges    how large values were on calibration pictures, for half precision
record Preparation(boolean optimised, Precision precision, DeformableAttentionForm form, LabelsForm head, Ranges ranges) {
    Graph apply(Graph graph) {
        List<Pass> passes = new ArrayList<>();
        if (optimised) {
            passes.addAll(Optimisation.fewestProducts().passes().passes());
        }
        if (precision == Precision.FP16) {
            passes.add(new HalfPrecision(single(), ranges));
        }
        passes.add(new TensorRtLowering(form == DeformableAttentionForm.PLUGIN));
        passes.add(new Lowering(own(), form == DeformableAttentionForm.GATHER
                ? Lowering.DeformableAttention.GATHER
                : Lowering.DeformableAttention.ENGINE));
        passes.add(new ShareEqualNodes());
        passes.add(new FoldConstants());
        passes.add(new RemoveUnused());
        return new Pipeline(passes).run(graph).graph();
    }

    /// None of the forms that TensorRT has of its own computes positions better than what it samples, and a variance need not
    /// fit into half.
    private Set<Class<? extends Operation>> single() {
        return form == DeformableAttentionForm.KERNEL
                ? Set.of(Operation.BatchNormalization.class)
                : Set.of(Operation.BatchNormalization.class, Operation.DeformableAttention.class);
    }

    /// The operations that are kernels of ours.
    Set<Class<? extends Operation>> own() {
        Set<Class<? extends Operation>> own = new HashSet<>();
        if (form == DeformableAttentionForm.KERNEL) {
            own.add(Operation.DeformableAttention.class);
        }
        if (head == LabelsForm.KERNEL) {
            own.add(Operation.SemanticLabels.class);
        }
        return own;
    }
}
