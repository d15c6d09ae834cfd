package dev.maskforge.engine.tensorrt;

import dev.maskforge.InputValues;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// The sample models on the GPU against the graph as authored on ONNX Runtime, in every precision and form.
///
/// The builds share a builder and a timing cache. Where products are summed in float32, what a plan says does not depend on how long
/// TensorRT looks for fast kernels, so that it looks briefly; in fp16 it looks as long as for users, and what is judged is what they get.
@WhereThereIsAGpu
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class SampleModelsOnGpuTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");
    private static final Size SIZE = new Size(128, 256);
    private static final int PICTURES = 4;
    /// Levels of TensorRT's search.
    private static final int BRIEF = 1;
    private static final int USUAL = BuildOptions.STANDARD_LEVEL;

    @TempDir
    private Path folder;

    private final Map<String, List<Tensor>> scores = new HashMap<>();
    private Optional<TensorRt.Kept> builder = Optional.empty();

    @BeforeAll
    void keepBuilder() {
        builder = Optional.of(TensorRt.instance().keepBuilder());
    }

    @AfterAll
    void releaseBuilder() {
        builder.ifPresent(TensorRt.Kept::close);
    }

    /// What computes which part of a network.
    record Forms(DeformableAttentionForm deformable, AttentionForm attention, QueriesForm queries,
            GroupNormalizationForm groupNormalization, MasksForm masks, TokensForm tokens) {
        static final Forms KERNELS = new Forms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS, QueriesForm.KERNEL,
                GroupNormalizationForm.KERNEL, MasksForm.KERNEL, TokensForm.KERNEL_ALWAYS);

        static Forms of(DeformableAttentionForm deformable) {
            return new Forms(deformable, AttentionForm.KERNEL, QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK,
                    TokensForm.NETWORK);
        }

        TensorRtOptions options() {
            return TensorRtOptions.standard().withForm(deformable).withAttention(attention).withQueries(queries)
                    .withGroupNormalization(groupNormalization).withMasks(masks).withTokens(tokens);
        }
    }

    static Stream<Arguments> builds() {
        String mask2Former = "mask2former-resnet-cityscapes-panoptic";
        String maskFormer = "maskformer-resnet-cityscapes.pkl";
        Stream<Arguments> forms = Stream.of(DeformableAttentionForm.values())
                .map(form -> Arguments.of(mask2Former, Precision.FP32, Forms.of(form), 1L));
        Forms plugin = Forms.of(DeformableAttentionForm.PLUGIN);
        Forms kernel = Forms.of(DeformableAttentionForm.KERNEL);
        Stream<Arguments> others = Stream.of(
                Arguments.of(mask2Former, Precision.TF32, plugin, 1L),
                Arguments.of(mask2Former, Precision.FP16, plugin, 1L),
                Arguments.of(mask2Former, Precision.FP16, plugin, 3L),
                Arguments.of(mask2Former, Precision.TF32, kernel, 1L),
                Arguments.of(mask2Former, Precision.FP16, kernel, 1L),
                Arguments.of(mask2Former, Precision.FP16, kernel, 3L),
                Arguments.of(mask2Former, Precision.FP16, new Forms(DeformableAttentionForm.KERNEL, AttentionForm.NETWORK,
                        QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.KERNEL, TokensForm.NETWORK), 1L),
                Arguments.of(mask2Former, Precision.FP16, new Forms(DeformableAttentionForm.KERNEL, AttentionForm.NETWORK,
                        QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.KERNEL_ALWAYS), 1L),
                Arguments.of(mask2Former, Precision.FP32, Forms.KERNELS, 1L),
                Arguments.of(mask2Former, Precision.TF32, Forms.KERNELS, 1L),
                Arguments.of(mask2Former, Precision.FP16, Forms.KERNELS, 1L),
                Arguments.of(mask2Former, Precision.FP16, Forms.KERNELS, 3L),
                Arguments.of(maskFormer, Precision.FP32, plugin, 1L),
                Arguments.of(maskFormer, Precision.FP16, plugin, 2L),
                Arguments.of(maskFormer, Precision.TF32, Forms.KERNELS, 1L),
                Arguments.of(maskFormer, Precision.FP16, Forms.KERNELS, 2L));
        return Stream.concat(forms, others);
    }

    /// What issue and documentation promise of clear pixels.
    private static double gate(Precision precision) {
        return precision == Precision.FP32 ? 0.9999 : 0.999;
    }

    @ParameterizedTest(name = "{0} {1} {2} batch {3}")
    @MethodSource("builds")
    void agreesWithTheGraphAsAuthored(String model, Precision precision, Forms forms, long batch) {
        TensorRtProvider provider = new TensorRtProvider(forms.options()
                .withLevel(precision == Precision.FP16 ? USUAL : BRIEF)
                .withSymbols(Map.of("n", new SizeRange(batch, batch, batch)))
                .withTimingCache(folder.resolve("timing.cache")));
        List<Tensor> wanted = scores.computeIfAbsent(model, SampleModelsOnGpuTest::scores);
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none());
                Engine engine = provider.build(file.graph(input(batch), Output.LABELS), new EngineOptions(1, precision));
                Session session = engine.openSession();
                Arena arena = Arena.ofConfined()) {
            Agreement agreement = Agreement.NONE;
            Tensor given = Objects.requireNonNull(session.run(Map.of("image", pictures(batch, arena))).get("labels"));
            for (int i = 0; i < batch; i++) {
                agreement = agreement.plus(Comparator.agreement(wanted.get(i), part(given, i, batch)));
            }
            System.out.printf("%s %s %s batch %d: %s%n", model, precision, forms, batch, agreement);
            assertTrue(agreement.isConclusive(), agreement.toString());
            assertTrue(agreement.total().ofClear() >= gate(precision), agreement.toString());
        }
    }

    /// Of each picture alone, by the graph as authored.
    private static List<Tensor> scores(String model) {
        EngineProvider reference = Engines.named("onnxruntime");
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(model), ModelOptions.none());
                Engine engine = reference.build(lowered(file.graph(input(1), Output.SCORES), reference), EngineOptions.standard());
                Session session = engine.openSession();
                Arena arena = Arena.ofConfined()) {
            Tensor pictures = pictures(PICTURES, arena);
            // What a session gives is there until its next run.
            return IntStream.range(0, PICTURES)
                    .mapToObj(i -> session.run(Map.of("image", part(pictures, i, PICTURES))))
                    .map(outputs -> Objects.requireNonNull(outputs.get("scores")))
                    .map(each -> Tensor.of(each.shape(), each.toFloats())).toList();
        }
    }

    private static Graph lowered(Graph graph, EngineProvider provider) {
        return new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.GRID_SAMPLE).apply(graph).graph();
    }

    /// Several pictures are left to the profile, as [dev.maskforge.engine.EngineBuilder] leaves them: of a graph that itself fixes them
    /// TensorRT 10.6 makes plans that are wrong.
    private static InputShape input(long batch) {
        InputShape free = InputShape.ofSize(SIZE.height(), SIZE.width());
        return batch == 1 ? free.withBatch(1) : free;
    }

    private static Tensor pictures(long batch, Arena arena) {
        Tensor pictures = Tensor.allocate(DataType.FLOAT32, Shape.of(batch, 3, SIZE.height(), SIZE.width()), arena);
        for (int i = 0; i < batch; i++) {
            InputValues.RGB.write(StreetScenes.generate(i % PICTURES + 1L, SIZE).image(), part(pictures, i, batch).memory());
        }
        return pictures;
    }

    private static Tensor part(Tensor whole, int index, long batch) {
        long bytes = whole.memory().byteSize() / batch;
        Shape shape = whole.shape().with(0, Dimension.ONE);
        return new Tensor(new TensorType(whole.dataType(), shape), whole.memory().asSlice(index * bytes, bytes));
    }
}
