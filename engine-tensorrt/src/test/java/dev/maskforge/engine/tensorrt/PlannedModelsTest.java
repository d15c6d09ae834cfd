package dev.maskforge.engine.tensorrt;

import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.prepare.KernelForms;
import dev.maskforge.engine.tensorrt.prepare.Preparation;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.precision.Ranges;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Plans of the sample models with as many kernels of ours as there can be: what these take and give is what the plan describes, at
/// fixed sizes and at any.
class PlannedModelsTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");

    @ParameterizedTest
    @ValueSource(strings = {"mask2former-resnet-cityscapes-panoptic", "maskformer-resnet-cityscapes.pkl"})
    void areRead(String model) {
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none())) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), file.freeInput())) {
                for (Precision precision : List.of(Precision.FP32, Precision.FP16)) {
                    assertRead(file.graph(Input.PIXELS, shape, Output.LABELS), precision);
                }
            }
        }
    }

    private static void assertRead(Graph graph, Precision precision) {
        Preparation preparation = new Preparation(true, precision, KernelForms.all(), Ranges.none());
        Graph prepared = preparation.apply(graph).graph();
        Partition partition = Partition.ofNodes(prepared, preparation.cuts(prepared));
        PlanContainer container = PlanBuilding.of(true, precision, TensorRtOptions.standard(), BuildProgress.NONE)
                .container(graph, prepared, partition, _ -> MemorySegment.ofArray(new byte[1]));
        Set<String> kernels = container.kernels().keySet();
        assertTrue(kernels.containsAll(Set.of("SemanticLabels", KernelSteps.GROUP_NORMALIZATION, "Attention")), kernels.toString());
        assertTrue(kernels.contains(precision == Precision.FP16 ? KernelSteps.STEM : "Pixels"), kernels.toString());
        assertEquals(precision == Precision.FP16, kernels.contains(KernelSteps.QUERIES));
        assertEquals(precision == Precision.FP16, kernels.contains(KernelSteps.MASKS));
        assertEquals(precision == Precision.FP16 && kernels.contains("DeformableAttention"), kernels.contains(KernelSteps.TOKENS));
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(container.kernels(), PlanContainer.read(container.write(arena)).kernels());
        }
    }
}
