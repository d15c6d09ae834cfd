package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.InputValues;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.models.Input;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Rewriter;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The sample models as TensorRT gets them, run by ONNX Runtime, which knows the same operators.
class PreparedModelsTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");
    private static final String MASK2FORMER = "mask2former-resnet-cityscapes-panoptic";
    private static final String MASKFORMER = "maskformer-resnet-cityscapes.pkl";
    private static final Size SIZE = new Size(64, 128);

    private final EngineProvider runtime = Engines.named("onnxruntime");

    private static ModelFile open(String model) {
        return ModelFile.open(SAMPLES.resolve(model), ModelOptions.none());
    }

    private static Graph graph(ModelFile file, Output output) {
        return graph(file, SIZE, output);
    }

    private static Graph graph(ModelFile file, Size size, Output output) {
        return file.graph(InputShape.ofSize(size.height(), size.width()).withBatch(1), output);
    }

    private static Graph prepared(Graph graph, Precision precision, DeformableAttentionForm form, LabelsForm labels) {
        return prepared(graph, precision, form, TokensForm.NETWORK, labels);
    }

    private static Graph prepared(Graph graph, Precision precision, DeformableAttentionForm form, TokensForm tokens, LabelsForm labels) {
        return Verifier
                .verify(new Preparation(true, precision,
                        new SettledForms(form, AttentionForm.NETWORK, QueriesForm.NETWORK, GroupNormalizationForm.NETWORK,
                                MasksForm.NETWORK, tokens, StemForm.NETWORK, true,
                                labels),
                        Ranges.none())
                        .apply(graph).graph());
    }

    private static Tensor picture(long seed, Size size, Arena arena) {
        Tensor picture = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 3, size.height(), size.width()), arena);
        InputValues.RGB.write(StreetScenes.generate(seed, size).image(), picture.memory());
        return picture;
    }

    /// Gates as for engines; what ONNX Runtime lacks in half precision it computes in float32. At 64x128 the sample MaskFormer has
    /// pixels that no mask covers: every score there is what a sigmoid makes of logits below -18, which ONNX Runtime's cuts off and
    /// others do not, so that labels differ in float32, too. Scenes of twice the size have none.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", 64, FP32, GATHER, 0.9999", MASK2FORMER + ", 64, FP16, GRID_SAMPLE, 0.999",
            MASK2FORMER + ", 64, FP32, KERNEL, 0.9999",
            MASKFORMER + ", 128, FP32, PLUGIN, 0.9999", MASKFORMER + ", 128, FP16, PLUGIN, 0.999"})
    void saysWhatTheGraphAsAuthoredSays(String model, int height, Precision precision, DeformableAttentionForm form, double gate) {
        Size size = new Size(height, 2 * height);
        try (ModelFile file = open(model)) {
            Agreement agreement = agreement(graph(file, size, Output.SCORES),
                    prepared(graph(file, size, Output.LABELS), precision, form, LabelsForm.NETWORK), size);
            System.out.printf("%s %s %s, prepared: %.6f of all pixels, %.6f of clear ones%n", model, precision, form,
                    agreement.total().ofAll(), agreement.total().ofClear());
            assertTrue(agreement.isConclusive(), agreement.toString());
            assertTrue(agreement.total().ofClear() >= gate, agreement.toString());
        }
    }

    /// ONNX Runtime gets what the kernel gets: packed weights, which are brought back into their order.
    @Test
    void tokensByTheKernelSayWhatTheGraphAsAuthoredSays() {
        try (ModelFile file = open(MASK2FORMER)) {
            Graph prepared = prepared(graph(file, Output.LABELS), Precision.FP16, DeformableAttentionForm.KERNEL, TokensForm.KERNEL_ALWAYS,
                    LabelsForm.NETWORK);
            assertEquals(3, tokens(prepared));
            // At this size TensorRT is faster.
            assertEquals(0, tokens(prepared(graph(file, Output.LABELS), Precision.FP16, DeformableAttentionForm.KERNEL, TokensForm.KERNEL,
                    LabelsForm.NETWORK)));
            Agreement agreement = agreement(graph(file, Output.SCORES), attendingInSingle(prepared), SIZE);
            System.out.printf("%s, tokens by the kernel: %.6f of all pixels, %.6f of clear ones%n", MASK2FORMER,
                    agreement.total().ofAll(), agreement.total().ofClear());
            assertTrue(agreement.isConclusive(), agreement.toString());
            assertTrue(agreement.total().ofClear() >= 0.999, agreement.toString());
        }
    }

    private static long tokens(Graph graph) {
        return graph.nodes().stream().filter(node -> KernelSteps.name(node).equals(KernelSteps.TOKENS)).count();
    }

    /// What a kernel of ours samples in float16, others sample in float32.
    private Graph attendingInSingle(Graph graph) {
        Set<Class<? extends Operation>> kept = new HashSet<>(runtime.nativeOperations());
        kept.add(Operation.DeformableAttention.class);
        Graph flat = new Lowering(kept, Lowering.DeformableAttention.ENGINE).apply(graph).graph();
        return Rewriter.rewrite(flat, (node, inputs, place) -> node.operation() instanceof Operation.DeformableAttention
                ? Optional.of(place.builder()
                        .add(node.operation(), inputs.stream().map(input -> input.cast(DataType.FLOAT32)).toArray(Value[]::new))
                        .cast(DataType.FLOAT16))
                : Optional.empty()).graph();
    }

    /// @param authored gives scores
    /// @param prepared gives labels
    private Agreement agreement(Graph authored, Graph prepared, Size size) {
        Agreement agreement = Agreement.NONE;
        try (Engine expected = runtime.build(lowered(authored), EngineOptions.standard());
                Engine actual = runtime.build(lowered(prepared), EngineOptions.standard());
                Session scores = expected.openSession();
                Session labels = actual.openSession();
                Arena arena = Arena.ofConfined()) {
            for (long seed = 1; seed <= 3; seed++) {
                Map<String, Tensor> picture = Map.of("image", picture(seed, size, arena));
                agreement = agreement.plus(Comparator.agreement(Objects.requireNonNull(scores.run(picture).get("scores")),
                        Objects.requireNonNull(labels.run(picture).get("labels"))));
            }
        }
        return agreement;
    }

    private Graph lowered(Graph graph) {
        return new Lowering(runtime.nativeOperations(), Lowering.DeformableAttention.GRID_SAMPLE).apply(graph).graph();
    }

    /// At this size no attention has many keys.
    @ParameterizedTest
    @CsvSource({"PLUGIN, NETWORK, 0", "KERNEL, KERNEL, 0", "KERNEL, KERNEL_ALWAYS, 1"})
    void isWrittenAsOnnxInEveryForm(DeformableAttentionForm form, AttentionForm attention, int cuts) {
        try (ModelFile file = open(MASK2FORMER); Arena arena = Arena.ofConfined()) {
            Graph authored = graph(file, Output.LABELS);
            Preparation preparation = new Preparation(true, Precision.FP16, new SettledForms(form, attention, QueriesForm.NETWORK,
                    GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true, LabelsForm.KERNEL),
                    Ranges.none());
            Graph whole = preparation.apply(authored).graph();
            Partition partition = Partition.ofNodes(whole, preparation.cuts(whole));
            long bytes = 0;
            int segments = 0;
            for (Partition.Step step : partition.steps()) {
                if (step instanceof Partition.Step.Segment(Graph segment)) {
                    bytes += OnnxBytes.of(Verifier.verify(segment), arena).byteSize();
                    segments++;
                }
            }
            System.out.printf("%s: %d segments, %d kernels and columns, %.1f MB of ONNX%n", form, segments,
                    partition.steps().size() - segments,
                    bytes / 1e6);
            assertTrue(partition.steps().getLast() instanceof Partition.Step.Kernel kernel
                    && kernel.node().operation() instanceof Operation.SemanticLabels);
            long deformable = count(authored, Operation.DeformableAttention.class, form == DeformableAttentionForm.KERNEL ? 1 : 0);
            long attentions = count(authored, Operation.Attention.class, 1) * cuts;
            assertEquals(deformable + attentions + 1, segments);
        }
    }

    /// What segments read sizes off is never an integer, which TensorRT would refuse.
    @Test
    void pixelsAreAKernelThatRoundsAndTellsSizes() {
        try (ModelFile file = open(MASK2FORMER); Arena arena = Arena.ofConfined()) {
            Graph authored = file.graph(Input.PIXELS, InputShape.free(), Output.LABELS);
            Preparation preparation = new Preparation(true, Precision.FP16,
                    new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL,
                            QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK,
                            true,
                            LabelsForm.KERNEL),
                    Ranges.none());
            Partition partition = Partition.of(preparation.apply(authored).graph(),
                    operation -> preparation.own().contains(operation.getClass()));
            Partition.Step.Kernel first = (Partition.Step.Kernel) partition.steps().getFirst();
            assertEquals("float16[n, 3, 32*h, 32*w]", first.outputs().getFirst().toString());
            assertEquals(List.of("pixels", "valid"), first.node().inputs());
            for (Partition.Step step : partition.steps()) {
                if (step instanceof Partition.Step.Segment(Graph segment)) {
                    OnnxBytes.of(Verifier.verify(segment), arena);
                    for (String input : segment.inputs()) {
                        assertTrue(segment.type(input).dataType().isFloatingPoint(), input + " " + segment.type(input));
                    }
                }
            }
        }
    }

    private static long count(Graph graph, Class<? extends Operation> operation, int each) {
        return each * graph.nodes().stream().filter(node -> operation.isInstance(node.operation())).count();
    }

    @Test
    void halfPrecisionLeavesNoNormalisationOfBatchesBehind() {
        try (ModelFile file = open(MASK2FORMER)) {
            Graph half = prepared(graph(file, Output.RAW), Precision.FP16, DeformableAttentionForm.PLUGIN, LabelsForm.KERNEL);
            long halves = half.nodes().stream().filter(node -> half.type(node.output()).dataType() == DataType.FLOAT16).count();
            long casts = half.nodes().stream().filter(node -> node.operation() instanceof Operation.Cast).count();
            System.out.printf("half precision: %d of %d nodes give float16, %d are casts%n", halves, half.nodes().size(), casts);
            assertFalse(half.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.BatchNormalization));
            assertTrue(halves * 2 > half.nodes().size());
            assertEquals(Set.of(DataType.FLOAT32), Set.of(half.type("pred_logits").dataType()));
        }
    }
}
