package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Small models of both families, both backbones and all key schemes say what the original says in float32.
///
/// The bound on the relative error of logits, 1e-4, is ten times what float32 and float64 differ by in the worst of these
/// networks (1e-5, MaskFormer with R101); the smallest that a mistake of `tools/mutate` makes is 3.5e-4.
class ParityTest {
    private static final double LARGEST_RELATIVE_ERROR = 1e-4;
    private static final List<String> MODELS = List.of("maskformer-r50", "maskformer-r101", "mask2former-r50", "mask2former-r101");
    private static final List<String> SIZES = List.of("64x128", "96x64", "32x96");

    static Stream<Arguments> modelsSizesAndForms() {
        return MODELS.stream().flatMap(model -> SIZES.stream().flatMap(size -> Stream.of(DeformableAttention.values())
                .filter(form -> form == DeformableAttention.GRID_SAMPLE || model.startsWith("mask2former"))
                .map(form -> Arguments.of(model, size, form))));
    }

    @ParameterizedTest
    @MethodSource("modelsSizesAndForms")
    void agreesAtFreeSize(String model, String size, DeformableAttention form) {
        check(model, size, "onnxruntime", InputShape.free(), form);
    }

    @ParameterizedTest
    @MethodSource("modelsSizesAndForms")
    void agreesAtFixedSize(String model, String size, DeformableAttention form) {
        check(model, size, "onnxruntime", fixed(size), form);
    }

    /// The graph as authored, high-level operations and all, in the interpreter that says what they mean.
    @ParameterizedTest
    @CsvSource({"maskformer-r50, 64x128", "mask2former-r50, 32x96", "mask2former-r101, 64x128"})
    void agreesAsAuthored(String model, String size) {
        check(model, size, "reference", InputShape.free(), DeformableAttention.GRID_SAMPLE);
    }

    private static void check(String model, String size, String engine, InputShape input, DeformableAttention form) {
        try (Original original = Original.open(model, size);
                ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Map<String, Tensor> raw = run(engine, lowered(engine, file.graph(input, Output.RAW), form), original.input());
            double classes = relativeError(requireNonNull(raw.get("pred_logits")), original.tensor("pred_logits"));
            double masks = relativeError(requireNonNull(raw.get("pred_masks")), original.tensor("pred_masks"));
            System.out.printf("%s %s %s %s: largest relative error of class logits %.1e, of mask logits %.1e%n", model, size, engine, form,
                    classes, masks);
            assertTrue(classes <= LARGEST_RELATIVE_ERROR, () -> "class logits differ by " + classes);
            assertTrue(masks <= LARGEST_RELATIVE_ERROR, () -> "mask logits differ by " + masks);
            Map<String, Tensor> labels = run(engine, lowered(engine, file.graph(input, Output.LABELS), form), original.input());
            checkLabels(original, requireNonNull(labels.get("labels")));
            if (original.has("scores")) {
                Map<String, Tensor> scores = run(engine, lowered(engine, file.graph(input, Output.SCORES), form), original.input());
                assertTrue(relativeError(requireNonNull(scores.get("scores")), original.tensor("scores")) <= LARGEST_RELATIVE_ERROR);
            }
        }
    }

    /// Every pixel whose best class is ahead by more than 0.02 has the original's class.
    private static void checkLabels(Original original, Tensor labels) {
        byte[] ours = labels.toBytes();
        byte[] theirs = original.tensor("labels").toBytes();
        byte[] sure = original.tensor("sure").toBytes();
        int different = 0;
        for (int i = 0; i < theirs.length; i++) {
            different += sure[i] != 0 && ours[i] != theirs[i] ? 1 : 0;
        }
        assertEquals(0, different, "sure pixels with another class");
    }

    /// Rows of attention that are masked whole are in the fixtures, so that the parity above includes the rule for them.
    @ParameterizedTest
    @CsvSource({"mask2former-r50", "mask2former-r101"})
    void rowsMaskedWholeAreExercised(String model) {
        for (String size : SIZES) {
            try (Original original = Original.open(model, size)) {
                int rows = 0;
                for (byte reset : original.tensor("wholly_masked").toBytes()) {
                    rows += reset;
                }
                assertTrue(rows > 0, size);
            }
        }
    }

    private static InputShape fixed(String size) {
        String[] sides = size.split("x", -1);
        return InputShape.ofSize(Long.parseLong(sides[0]), Long.parseLong(sides[1]));
    }

    private static Graph lowered(String engine, Graph graph, DeformableAttention form) {
        EngineProvider provider = Engines.named(engine);
        return Pipeline.of(new Lowering(provider.nativeOperations(), form), new FoldConstants(), new RemoveUnused()).run(graph).graph();
    }

    private static Map<String, Tensor> run(String engine, Graph graph, Tensor image) {
        try (Engine built = Engines.named(engine).build(graph, EngineOptions.standard()); Session session = built.openSession()) {
            Map<String, Tensor> copies = new HashMap<>();
            session.run(Map.of(CheckpointModel.IMAGE, image)).forEach((name, tensor) -> copies.put(name, copy(tensor)));
            return copies;
        }
    }

    private static Tensor copy(Tensor tensor) {
        return new Tensor(tensor.type(), MemorySegment.ofArray(tensor.memory().toArray(ValueLayout.JAVA_BYTE)));
    }

    /// max |a - b| / max |b|
    private static double relativeError(Tensor ours, Tensor theirs) {
        assertEquals(theirs.type(), ours.type());
        float[] a = ours.toFloats();
        float[] b = theirs.toFloats();
        double error = 0;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            error = Math.max(error, Math.abs((double) a[i] - b[i]));
            largest = Math.max(largest, Math.abs(b[i]));
        }
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / largest;
    }
}
