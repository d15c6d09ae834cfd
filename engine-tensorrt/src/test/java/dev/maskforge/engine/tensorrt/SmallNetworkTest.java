package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.prepare.SettledForms;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Verifier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SmallNetworkTest {
    private static Preparation preparation(boolean optimised, SmallNetwork network, Architecture architecture) {
        TensorRtOptions options = network.options(architecture);
        TensorRtOptions.Forms forms = options.forms();
        return new Preparation(optimised, network.precision(), new SettledForms(forms.deformable().orElseThrow(),
                forms.attention().orElseThrow(), forms.queries().orElseThrow(), forms.groupNormalization(), forms.masks().orElseThrow(),
                forms.tokens().orElseThrow(), forms.stem(), forms.columns(), forms.labels()), options.ranges());
    }

    /// As it is written and read, with segments of a byte.
    private static PlanContainer container(boolean optimised, SmallNetwork network, Architecture architecture) {
        Graph graph = Verifier.verify(network.graph());
        Preparation preparation = preparation(optimised, network, architecture);
        Graph prepared = preparation.apply(graph).graph();
        PlanContainer written = PlanBuilding.of(optimised, network.precision(), network.options(architecture), BuildProgress.NONE)
                .container(graph, prepared, Partition.ofNodes(prepared, preparation.cuts(prepared)),
                        _ -> MemorySegment.ofArray(new byte[1]));
        try (Arena arena = Arena.ofConfined()) {
            PlanContainer read = PlanContainer.read(written.write(arena));
            assertEquals(written.kernels(), read.kernels());
        }
        return written;
    }

    /// So that what is shown with it on a GPU is shown of every kernel that stands between segments, but that of pixels alone, which the
    /// network in TF32 has.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hasEveryKernelInHalfPrecision(boolean optimised) {
        assertEquals(
                Map.of(KernelSteps.STEM, 1, KernelSteps.DEFORMABLE_ATTENTION, 2, KernelSteps.TOKENS, 2, "Attention", 1, KernelSteps.QUERIES,
                        1,
                        KernelSteps.GROUP_NORMALIZATION, 2, KernelSteps.MASKS, 1, "SemanticLabels", 1),
                container(optimised, SmallNetwork.KERNELS_FP16, Architecture.HOPPER).kernels());
    }

    /// Those of tokens and of a stem have no products of float32; the latter computes pixels itself.
    @Test
    void hasEveryOtherKernelInTf32() {
        assertEquals(Map.of("Pixels", 1, KernelSteps.DEFORMABLE_ATTENTION, 2, "Attention", 1, KernelSteps.QUERIES, 1,
                KernelSteps.GROUP_NORMALIZATION, 2, KernelSteps.MASKS, 1, "SemanticLabels", 1),
                container(false, SmallNetwork.KERNELS_TF32, Architecture.HOPPER).kernels());
    }

    /// Or its plan could not be built there.
    @ParameterizedTest
    @EnumSource
    void hasNoKernelThatAnOlderDeviceCannotRun(SmallNetwork network) {
        Set<String> kernels = container(false, network, Architecture.OLDEST).kernels().keySet();
        assertEquals(network.hasKernels(), kernels.contains(KernelSteps.DEFORMABLE_ATTENTION), kernels.toString());
        assertTrue(Collections.disjoint(Set.of(KernelSteps.TOKENS, KernelSteps.QUERIES, KernelSteps.MASKS), kernels), kernels.toString());
    }

    @Test
    void isOneSegmentWithoutKernels() {
        PlanContainer container = container(false, SmallNetwork.ONE_SEGMENT, Architecture.HOPPER);
        assertEquals(Map.of(), container.kernels());
        assertEquals(1, container.parts().size());
    }
}
