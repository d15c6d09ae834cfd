package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.InputValues;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryProgram;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.precision.HalfPrecision;
import dev.maskforge.passes.precision.Ranges;
import dev.maskforge.passes.rewrite.Optimisation;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The sample models with their queries gathered.
class PreparedQueriesTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");
    private static final String MASK2FORMER = "mask2former-resnet-cityscapes-panoptic";
    private static final String MASKFORMER = "maskformer-resnet-cityscapes.pkl";
    private static final Size SIZE = new Size(64, 128);

    private static ModelFile open(String model) {
        return ModelFile.open(SAMPLES.resolve(model), ModelOptions.none());
    }

    private static Preparation preparation(Precision precision, QueriesForm queries) {
        return new Preparation(true, precision, new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS, queries,
                GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true, LabelsForm.KERNEL),
                Ranges.none());
    }

    private static Graph prepared(Graph graph, Precision precision, QueriesForm queries) {
        return Verifier.verify(preparation(precision, queries).apply(graph).graph());
    }

    private static long subgraphs(Graph graph) {
        return graph.nodes().stream().filter(node -> KernelSteps.name(node).equals(KernelSteps.QUERIES)).count();
    }

    /// Queries look at the picture once a layer, six times in the sample Mask2Former and three times in the sample MaskFormer, and
    /// each time there is what they do until they look again, or until the end. What comes before the first look is constant. The
    /// first attention among queries is constant too in MaskFormer, where it comes before the look.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", TF32, 6, 6", MASK2FORMER + ", FP16, 6, 6", MASK2FORMER + ", FP32, 0, 0", MASKFORMER + ", TF32, 3, 2",
            MASKFORMER + ", FP16, 3, 2", MASKFORMER + ", FP32, 0, 0"})
    void isASubgraphForEachLookAtThePicture(String model, Precision precision, int looks, int attentions) {
        try (ModelFile file = open(model); Arena arena = Arena.ofConfined()) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), InputShape.free())) {
                Graph graph = prepared(file.graph(shape, Output.LABELS), precision, QueriesForm.KERNEL);
                assertEquals(looks, subgraphs(graph));
                List<Graph> inner = GatherQueriesTest.queries(graph);
                assertEquals(attentions, inner.stream().flatMap(each -> each.nodes().stream())
                        .filter(node -> node.operation() instanceof Operation.Attention).count());
                // Attention among queries begins a launch of its own.
                inner.forEach(each -> assertEquals(
                        each.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.Attention) ? 2 : 1,
                        QueryProgram.of(each).launches().size(), () -> QueryProgram.of(each) + "\n" + each.nodes()));
                runsInTurn(graph, preparation(precision, QueriesForm.KERNEL), arena);
            }
        }
    }

    /// Attention among queries with positions, and a product behind it.
    private static Graph attention(int queries) {
        return GraphText.parse("""
                (x: float32[1, %1$d, 256]) -> (y) {
                  all: float32[768, 256]
                  bias: float32[768]
                  positions: float32[%1$d, 256]
                  w: float32[256, 256]
                  b: float32[256]
                  qkv = Linear(x, all, bias)
                  q = Slice{axis=2, start=0, end=256}(qkv)
                  k = Slice{axis=2, start=256, end=512}(qkv)
                  v = Slice{axis=2, start=512, end=768}(qkv)
                  qp = Add(q, positions)
                  kp = Add(positions, k)
                  a = Attention{heads=8}(qp, kp, v)
                  o = Linear(a, w, b)
                  r = Sigmoid(o)
                  y = Linear(r, w, b)
                }
                """.formatted(queries));
    }

    /// The table of positions that 100 queries of 256 channels and their keys get in one sum is none of the small constants.
    @ParameterizedTest
    @CsvSource({"TF32", "FP16"})
    void tablesOfFullSizeAreGathered(Precision precision) {
        Graph inner = GatherQueriesTest.queries(prepared(attention(100), precision, QueriesForm.KERNEL)).getFirst();
        assertEquals(2, inner.nodes().stream().filter(node -> node.operation() instanceof Operation.Linear).count(),
                inner.nodes().toString());
        assertEquals(2, QueryProgram.of(inner).launches().size());
    }

    /// Of more queries than the kernel takes, positions are not joined for it either.
    @ParameterizedTest
    @CsvSource({"TF32", "FP16"})
    void tooManyQueriesChangeNothing(Precision precision) {
        Preparation network = new Preparation(true, precision, new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL,
                QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true,
                LabelsForm.KERNEL),
                Ranges.none());
        Preparation kernel = new Preparation(true, precision, new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL,
                QueriesForm.KERNEL, GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true,
                LabelsForm.KERNEL),
                Ranges.none());
        assertEquals(network.apply(attention(200)).graph().nodes(), kernel.apply(attention(200)).graph().nodes());
    }

    /// A product whose result something else takes, too, takes no sum along.
    @ParameterizedTest
    @CsvSource({"TF32, KERNEL, true", "FP16, KERNEL, true", "FP32, KERNEL, false", "TF32, NETWORK, false"})
    void saysWhyQueriesStayWithTheNetwork(Precision precision, QueriesForm form, boolean isRefused) {
        Graph graph = GraphText.parse("""
                (x: float32[1, 100, 256]) -> (y, z) {
                  all: float32[768, 256]
                  w: float32[256, 256]
                  qkv = Linear(x, all)
                  q = Slice{axis=2, start=0, end=256}(qkv)
                  k = Slice{axis=2, start=256, end=512}(qkv)
                  v = Slice{axis=2, start=512, end=768}(qkv)
                  a = Attention{heads=8}(q, k, v)
                  o = Linear(a, w)
                  s = Add(x, o)
                  y = Linear(s, w)
                  z = Linear(o, w)
                }
                """);
        Preparation preparation = preparation(precision, form);
        Preparation.Prepared prepared = preparation.apply(graph);
        assertEquals(0, subgraphs(prepared.graph()));
        String reason = prepared.queriesRefusal().orElse("");
        assertEquals(isRefused, reason.contains("no product that could take along Add"), reason);
        assertEquals(isRefused, !reason.isEmpty());
        assertEquals(Optional.empty(), preparation.apply(attention(100)).queriesRefusal());
    }

    /// Each step takes what is there.
    private static void runsInTurn(Graph graph, Preparation preparation, Arena arena) {
        Set<String> there = new HashSet<>(graph.inputs());
        there.addAll(graph.initializers().keySet());
        for (Partition.Step step : Partition.ofNodes(graph, preparation.cuts(graph)).steps()) {
            switch (step) {
                case Partition.Step.Segment(Graph segment) -> {
                    assertTrue(there.containsAll(segment.inputs()), segment.inputs().toString());
                    assertTrue(OnnxBytes.of(Verifier.verify(segment), arena).byteSize() > 0);
                    there.addAll(segment.outputs());
                }
                case Partition.Step.Kernel(Node node, _, _) -> {
                    assertTrue(there.containsAll(node.inputs()), node.toString());
                    there.addAll(node.outputs());
                }
            }
        }
        assertTrue(there.containsAll(graph.outputs()));
    }

    /// A picture of 160x320 has 50 pixels at stride 32, and the sample MaskFormer 50 queries.
    @Test
    void asManyPixelsAsQueriesChangeNothing() {
        try (ModelFile file = open(MASKFORMER)) {
            Graph graph = prepared(file.graph(InputShape.ofSize(160, 320).withBatch(1), Output.LABELS), Precision.TF32, QueriesForm.KERNEL);
            assertEquals(3, subgraphs(graph));
            for (Graph inner : GatherQueriesTest.queries(graph)) {
                inner.nodes().stream().filter(node -> node.operation() instanceof Operation.Attention)
                        .forEach(node -> assertTrue(node.name().contains("self_attn"), node.name()));
            }
        }
    }

    /// Bit for bit: the same nodes compute the same.
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", TF32", MASK2FORMER + ", FP16", MASKFORMER + ", TF32", MASKFORMER + ", FP16"})
    void saysTheSameBitForBit(String model, Precision precision) {
        try (ModelFile file = open(model); Arena arena = Arena.ofConfined()) {
            List<Pass> before = new ArrayList<>(Optimisation.fewestProducts().passes().passes());
            if (precision == Precision.FP16) {
                before.add(new HalfPrecision(Set.of(Operation.BatchNormalization.class), Ranges.none()));
            }
            Graph apart = new Pipeline(before).run(authored(file)).graph();
            Graph gathered = Verifier.verify(
                    new GatherQueries(precision == Precision.FP16 ? DataType.FLOAT16 : DataType.FLOAT32, _ -> Optional.empty()).apply(apart)
                            .graph());
            assertTrue(subgraphs(gathered) > 0);
            Map<String, Tensor> inputs = Map.of("image", picture(arena));
            List<OutputError> errors = Comparator.errors(Interpreter.run(apart, inputs), Interpreter.run(gathered, inputs));
            System.out.printf("%s %s, queries gathered: %s%n", model, precision, errors);
            errors.forEach(error -> assertEquals(0, error.largestDifference(), error.toString()));
        }
    }

    /// TensorRT gets products, softmax and sums one by one: other orders of the same sums in float32, and in half precision each
    /// rounded to 11 bits, which moves a mask's edge here and there (0.007 of the largest logit were measured).
    @ParameterizedTest
    @CsvSource({MASK2FORMER + ", TF32, 1e-6", MASK2FORMER + ", FP16, 0.02", MASKFORMER + ", TF32, 1e-6", MASKFORMER + ", FP16, 0.02"})
    void saysWhatTheNetworkSays(String model, Precision precision, double tolerance) {
        try (ModelFile file = open(model); Arena arena = Arena.ofConfined()) {
            Graph authored = authored(file);
            Map<String, Tensor> inputs = Map.of("image", picture(arena));
            List<OutputError> errors = Comparator.errors(
                    Interpreter.run(prepared(authored, precision, QueriesForm.NETWORK), inputs),
                    Interpreter.run(prepared(authored, precision, QueriesForm.KERNEL), inputs));
            System.out.printf("%s %s, queries by network and kernel: %s%n", model, precision, errors);
            errors.forEach(error -> assertTrue(error.relative() <= tolerance, error.toString()));
        }
    }

    private static Graph authored(ModelFile file) {
        return file.graph(InputShape.ofSize(SIZE.height(), SIZE.width()).withBatch(1), Output.RAW);
    }

    private static Tensor picture(Arena arena) {
        Tensor picture = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 3, SIZE.height(), SIZE.width()), arena);
        InputValues.RGB.write(StreetScenes.generate(5, SIZE).image(), picture.memory());
        return picture;
    }
}
