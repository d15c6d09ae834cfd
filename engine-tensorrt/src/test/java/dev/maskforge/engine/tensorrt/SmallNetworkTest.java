package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.prepare.KernelForms;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Verifier;
import dev.maskforge.passes.precision.Ranges;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class SmallNetworkTest {
    /// So that what is shown with it on a GPU is shown of every kernel that stands between segments, but for tokens', which is of half
    /// precision alone.
    @Test
    void hasEveryKernelButPixelsAndTokens() {
        Graph prepared = new Preparation(false, Precision.TF32,
                KernelForms.all(),
                Ranges.none())
                .apply(Verifier.verify(SmallNetwork.graph())).graph();
        Set<String> kernels = new TreeSet<>();
        prepared.nodes().stream().filter(node -> KernelSteps.isOwn(node.operation())).forEach(node -> kernels.add(KernelSteps.name(node)));
        assertEquals(Set.of("DeformableAttention", "GroupNormalization", "Masks", "Queries", "SemanticLabels"), kernels);
    }
}
