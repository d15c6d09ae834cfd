package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Verifier;
import dev.maskforge.passes.precision.Ranges;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class SmallNetworkTest {
    /// So that what is shown with it on a GPU is shown of every kernel that stands between segments.
    @Test
    void hasEveryKernelButPixels() {
        Graph prepared = new Preparation(false, Precision.TF32, DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS,
                QueriesForm.KERNEL, GroupNormalizationForm.KERNEL, true, LabelsForm.KERNEL, Ranges.none())
                .apply(Verifier.verify(SmallNetwork.graph())).graph();
        Set<String> kernels = new TreeSet<>();
        prepared.nodes().stream().filter(node -> KernelSteps.isOwn(node.operation())).forEach(node -> kernels.add(KernelSteps.name(node)));
        assertEquals(Set.of("DeformableAttention", "GroupNormalization", "Queries", "SemanticLabels"), kernels);
    }
}
