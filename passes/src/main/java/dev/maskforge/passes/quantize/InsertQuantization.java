package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Graph;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.Set;

/// Conv(x, W, b) -> Conv(dq(q(x)), dq(W₈), dq(b₃₂)), q(·) of what it gives, and
/// Linear(x, W, b) -> Gemm(dq(q(x)), dq(W₈), dq(b₃₂)) on rows,
/// where q is QuantizeLinear to uint8 by the measured range of its value, dq is DequantizeLinear, W₈ has a step for each
/// output channel, and b₃₂ the steps of the products. Runtimes compute what stands between two such pairs with integers.
///
/// Integers it is where the kind of a layer and the measured ranges allow it ([Kinds], [Selection]); each layer that stays
/// in float32 is a refusal with its reason. Batch normalisation is folded before, high-level operations are lowered after
/// it. Additions whose both sides are integers, as in residual blocks, become integer additions.
///
/// Unlike other passes this one changes what the graph computes; by how much is for the caller to measure.
///
/// @param calibration of the same graph
public record InsertQuantization(Calibration calibration) implements Pass {
    @Override
    public String name() {
        return "insert quantisation";
    }

    /// The values whose ranges the pass asks for.
    public static Set<String> observed(Graph graph) {
        return Selection.observed(graph);
    }

    @Override
    public Outcome apply(Graph graph) {
        Selection selection = Selection.of(graph, calibration);
        if (selection.layers().isEmpty()) {
            return new Outcome(graph, 0, selection.refusals());
        }
        Graph quantized = new RemoveUnused().apply(new Insertion(selection, calibration).run()).graph();
        return new Outcome(quantized, selection.layers().size() + selection.sums().size(), selection.refusals());
    }
}
