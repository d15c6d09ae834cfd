package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Verifier;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.precision.Ranges;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The sample models with their maps normalised by a kernel of ours.
class PreparedMapsTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");
    private static final String MASK2FORMER = "mask2former-resnet-cityscapes-panoptic";
    private static final String MASKFORMER = "maskformer-resnet-cityscapes.pkl";

    /// Mask2Former normalises three inputs of its encoder, and two maps behind it; MaskFormer two maps a level of its pyramid, the first of
    /// which the next level's sum takes, and so four times, of eight normalisations three twice.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", FP16, 5", MASK2FORMER + ", TF32, 5", MASK2FORMER + ", FP32, 5", MASK2FORMER + ", INT8, 0",
            MASKFORMER + ", FP16, 4", MASKFORMER + ", TF32, 4"})
    void allNormalisationIsInSubgraphs(String model, Precision precision, int subgraphs) {
        Preparation preparation = new Preparation(true, precision, new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL,
                QueriesForm.NETWORK, GroupNormalizationForm.KERNEL, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true,
                LabelsForm.KERNEL),
                Ranges.none());
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none()); Arena arena = Arena.ofConfined()) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), InputShape.free())) {
                Graph graph = Verifier.verify(preparation.apply(file.graph(shape, Output.LABELS)).graph());
                assertEquals(subgraphs, ofKernel(KernelSteps.GROUP_NORMALIZATION, graph).size());
                assertEquals(subgraphs == 0,
                        graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.InstanceNormalization));
                bordersAreTensorRts(graph, preparation, arena);
            }
        }
    }

    /// The sample Mask2Former asks six times where attention is blocked, and once for logits; MaskFormer for logits alone. Tokens are those
    /// of each of Mask2Former's three encoder layers, of which the last has no product that follows.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", FP16, 7, 3", MASK2FORMER + ", TF32, 7, 0", MASK2FORMER + ", FP32, 0, 0", MASK2FORMER + ", INT8, 0, 0",
            MASKFORMER + ", FP16, 1, 0", MASKFORMER + ", TF32, 1, 0"})
    void allMasksAndTokensAreInSubgraphs(String model, Precision precision, int masks, int tokens) {
        Preparation preparation = new Preparation(true, precision, KernelForms.all(), Ranges.none());
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none()); Arena arena = Arena.ofConfined()) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), InputShape.free())) {
                Graph graph = Verifier.verify(preparation.apply(file.graph(shape, Output.LABELS)).graph());
                assertEquals(masks, ofKernel(KernelSteps.MASKS, graph).size());
                List<Node> ofTokens = ofKernel(KernelSteps.TOKENS, graph);
                assertEquals(tokens, ofTokens.size());
                for (int i = 0; i < tokens; i++) {
                    assertEquals(i < tokens - 1 ? 2 : 1, ofTokens.get(i).outputs().size());
                }
                bordersAreTensorRts(graph, preparation, arena);
            }
        }
    }

    /// One, which takes bytes and leaves no pixels to be computed outside; where it is not of half precision, none.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", FP16, 1", MASKFORMER + ", FP16, 1", MASK2FORMER + ", TF32, 0", MASK2FORMER + ", INT8, 0"})
    void theStemIsASubgraph(String model, Precision precision, int subgraphs) {
        Preparation preparation = new Preparation(true, precision, KernelForms.all(), Ranges.none());
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none()); Arena arena = Arena.ofConfined()) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), InputShape.free())) {
                Graph graph = Verifier.verify(preparation.apply(file.graph(Input.PIXELS, shape, Output.LABELS)).graph());
                assertEquals(subgraphs, ofKernel(KernelSteps.STEM, graph).size());
                assertEquals(1 - subgraphs, graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Pixels).count());
                bordersAreTensorRts(graph, preparation, arena);
            }
        }
    }

    private static List<Node> ofKernel(String kernel, Graph graph) {
        return graph.nodes().stream().filter(node -> KernelSteps.name(node).equals(kernel)).toList();
    }

    /// What has its channels last goes from segments to that kernel and back, and to nothing else.
    private static void bordersAreTensorRts(Graph graph, Preparation preparation, Arena arena) {
        Partition partition = Partition.ofNodes(graph, preparation.cuts(graph));
        Set<String> channelsLast = ChannelsLast.of(partition.steps().stream()
                .flatMap(step -> step instanceof Partition.Step.Kernel kernel ? Stream.of(kernel) : Stream.empty()));
        List<String> ofSegments = new ArrayList<>();
        for (Partition.Step step : partition.steps()) {
            switch (step) {
                case Partition.Step.Segment(Graph segment) -> {
                    assertTrue(OnnxBytes.of(Verifier.verify(segment), arena).byteSize() > 0);
                    ofSegments.addAll(segment.inputs());
                    ofSegments.addAll(segment.outputs());
                }
                case Partition.Step.Kernel(Node node, _, _) -> {
                    String name = KernelSteps.name(node);
                    if (!name.equals(KernelSteps.GROUP_NORMALIZATION)) {
                        assertFalse(!name.equals(KernelSteps.MASKS) && node.inputs().stream().anyMatch(channelsLast::contains),
                                node.toString());
                        assertFalse(!name.equals(KernelSteps.STEM) && node.outputs().stream().anyMatch(channelsLast::contains),
                                node.toString());
                    }
                }
            }
        }
        assertTrue(ofSegments.containsAll(channelsLast), channelsLast.toString());
        assertFalse(graph.inputs().stream().anyMatch(channelsLast::contains));
        assertFalse(graph.outputs().stream().anyMatch(channelsLast::contains));
    }
}
