package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.passes.Lowering;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SmallNetworkTest {
    private static final int SEEDS = 16;

    private static Preparation preparation(boolean optimised, SmallNetwork network, Architecture architecture) {
        TensorRtOptions options = network.options(architecture);
        DeviceForms forms = new DeviceForms(options.forms(), network.precision(), architecture);
        return new Preparation(optimised, network.precision(), forms.with(options.forms().deformable().orElseThrow()), options.ranges());
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
        Set<String> kernels = container(false, network, Architecture.AMPERE).kernels().keySet();
        assertEquals(network.hasKernels(), kernels.contains(KernelSteps.DEFORMABLE_ATTENTION), kernels.toString());
        assertTrue(Collections.disjoint(Set.of(KernelSteps.TOKENS, KernelSteps.QUERIES, KernelSteps.MASKS), kernels), kernels.toString());
    }

    @ParameterizedTest
    @EnumSource
    void beforeAmpereAttentionAndStemAreTheNetworks(SmallNetwork network) {
        Set<String> kernels = container(false, network, Architecture.TURING).kernels().keySet();
        assertEquals(network.hasKernels()
                ? Set.of("Pixels", KernelSteps.DEFORMABLE_ATTENTION, KernelSteps.GROUP_NORMALIZATION, "SemanticLabels")
                : Set.of(), kernels);
    }

    /// Or it would not be seen in them that sessions mix up their pictures, or that a kernel leaves something out.
    @ParameterizedTest
    @EnumSource
    void labelsTellTokensAndPicturesApart(SmallNetwork network) {
        EngineProvider reference = Engines.named("onnxruntime");
        Graph graph = new Lowering(reference.nativeOperations(), Lowering.DeformableAttention.GRID_SAMPLE).apply(network.graph()).graph();
        Set<ByteBuffer> maps = new HashSet<>();
        int changed = 0;
        try (Engine engine = reference.build(graph, EngineOptions.standard()); Session session = engine.openSession()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                Map<String, Tensor> inputs = network.inputs(1, seed);
                Map<String, Tensor> otherPicture = new HashMap<>(network.inputs(1, SEEDS + seed));
                otherPicture.put("tokens", Objects.requireNonNull(inputs.get("tokens")));
                ByteBuffer own = labels(session, inputs);
                maps.add(own);
                changed += own.equals(labels(session, otherPicture)) ? 0 : 1;
            }
        }
        assertEquals(SEEDS, maps.size());
        assertTrue(changed >= SEEDS / 2, "another picture changes labels of " + changed);
    }

    private static ByteBuffer labels(Session session, Map<String, Tensor> inputs) {
        Tensor labels = Objects.requireNonNull(session.run(inputs).get("labels"));
        return ByteBuffer.wrap(labels.memory().toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void isOneSegmentWithoutKernels() {
        PlanContainer container = container(false, SmallNetwork.ONE_SEGMENT, Architecture.HOPPER);
        assertEquals(Map.of(), container.kernels());
        assertEquals(1, container.parts().size());
    }
}
