package dev.maskforge;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.Models;
import dev.maskforge.models.Normalisation;
import dev.maskforge.models.Output;
import dev.maskforge.models.layer.Parameters;
import dev.maskforge.models.layer.Scope;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Small models of both families, all kinds of backbones and pixel decoders, in all key schemes of Detectron2, say what the
/// original says in float32.
///
/// The bound on the relative error of logits, 1e-4, is ten times what float32 and float64 may differ by in these networks
/// (1e-5, by `tools/fixtures/make_models.py`); the smallest that a mistake of `tools/mutate` makes is 2.4e-4.
class ParityTest {
    private static final double LARGEST_RELATIVE_ERROR = 1e-4;
    /// The interpreter and ONNX Runtime add in other orders. Each may be as far from the exact result as float32 is from
    /// float64, for which `tools/fixtures/make_models.py` allows 1e-5; they are nearer to each other than that.
    private static final double LARGEST_DIFFERENCE_OF_ENGINES = 1e-5;
    static final List<String> MODELS = List.of("maskformer-r50", "maskformer-r101", "maskformer-r101c", "maskformer-encoder-r50",
            "maskformer-swin-w7", "maskformer-panoptic-swin-w7", "maskformer-prenorm", "mask2former-r50", "mask2former-r101",
            "mask2former-swin-w7", "mask2former-swin-w12");

    static Stream<Arguments> modelsAndSizes() {
        return MODELS.stream().flatMap(model -> Original.networkSizes(model).stream().map(size -> Arguments.of(model, size)));
    }

    static Stream<Arguments> modelsAndForms() {
        return MODELS.stream().flatMap(model -> Stream.of(DeformableAttention.values())
                .filter(form -> form == DeformableAttention.GRID_SAMPLE || model.startsWith("mask2former"))
                .map(form -> Arguments.of(model, form)));
    }

    static Stream<Arguments> modelsSizesAndForms() {
        return modelsAndForms().map(Arguments::get).flatMap(
                each -> Original.networkSizes((String) each[0]).stream().map(size -> Arguments.of(each[0], size, each[1])));
    }

    /// One network for all sizes.
    @ParameterizedTest
    @MethodSource("modelsAndForms")
    void agreesAtFreeSize(String model, DeformableAttention form) {
        try (Networks networks = new Networks(model, InputShape.free(), form)) {
            Original.networkSizes(model).forEach(size -> check(model, size, networks));
        }
    }

    @ParameterizedTest
    @MethodSource("modelsSizesAndForms")
    void agreesAtFixedSize(String model, String size, DeformableAttention form) {
        try (Networks networks = new Networks(model, fixed(size), form)) {
            check(model, size, networks);
        }
    }

    /// The graph as authored, high-level operations and all, in the interpreter that says what they mean.
    @ParameterizedTest
    @MethodSource("modelsAndSizes")
    void interpreterAgreesWithOnnxRuntime(String model, String size) {
        try (Original original = Original.open(model, size);
                ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none())) {
            Graph graph = file.graph(InputShape.free(), Output.RAW);
            Map<String, Tensor> reference = run("reference", lowered("reference", graph, DeformableAttention.GRID_SAMPLE),
                    original.input());
            Map<String, Tensor> runtime = run("onnxruntime", lowered("onnxruntime", graph, DeformableAttention.GRID_SAMPLE),
                    original.input());
            for (String output : List.of("pred_logits", "pred_masks")) {
                Tensor ours = requireNonNull(reference.get(output));
                double difference = relativeError(requireNonNull(runtime.get(output)), ours);
                double error = relativeError(ours, original.tensor(output));
                System.out.printf("%s %s %s: ONNX Runtime differs by %.1e from the interpreter, this from the original by %.1e%n", model,
                        size, output, difference, error);
                assertTrue(difference <= LARGEST_DIFFERENCE_OF_ENGINES, () -> output + " differs by " + difference);
                assertTrue(error <= LARGEST_RELATIVE_ERROR, () -> output + " differs from the original by " + error);
            }
        }
    }

    /// Networks take multiples of 32, backbones any size: in the maps of this one neither patches, nor merged patches, nor
    /// windows go up.
    @ParameterizedTest
    @ValueSource(strings = {"maskformer-swin-w7", "maskformer-panoptic-swin-w7", "mask2former-swin-w7", "mask2former-swin-w12"})
    void swinTransformersTakeAnySize(String model) {
        try (Original original = Original.open(model, "50x70");
                Weights weights = Checkpoints.open(Original.checkpoint(model));
                Arena arena = Arena.ofConfined()) {
            MaskClassifier network = Models.recognise(weights).model();
            GraphBuilder builder = new GraphBuilder();
            Value image = builder.input(CheckpointModel.IMAGE, new TensorType(DataType.FLOAT32,
                    Shape.of(Dimension.symbol("n"), Dimension.of(3), Dimension.symbol("h"), Dimension.symbol("w"))));
            Normalisation normalisation = Normalisation.IMAGENET;
            Value normalised = image.subtract(perChannel(builder, "mean", normalisation.mean()))
                    .divide(perChannel(builder, "deviation", normalisation.deviation()));
            List<Value> features = Scope.root(builder, new Parameters(weights, arena)).in("backbone",
                    backbone -> network.backbone().features(backbone, normalised));
            for (int i = 0; i < features.size(); i++) {
                builder.output("res" + (i + 2), features.get(i));
            }
            Graph graph = lowered("onnxruntime", builder.build(), DeformableAttention.GRID_SAMPLE);
            run("onnxruntime", graph, original.input()).forEach((name, feature) -> {
                double error = relativeError(feature, original.tensor(name));
                System.out.printf("%s 50x70 %s: largest relative error %.1e%n", model, name, error);
                assertTrue(error <= LARGEST_RELATIVE_ERROR, () -> name + " differs by " + error);
            });
        }
    }

    private static Value perChannel(GraphBuilder builder, String name, List<Float> values) {
        return builder.constant(name, Tensor.of(Shape.of(1, 3, 1, 1), values.get(0), values.get(1), values.get(2)));
    }

    /// A model's networks in ONNX Runtime, one for each output, each made when it is first asked.
    private static final class Networks implements AutoCloseable {
        private final ModelFile file;
        private final InputShape input;
        private final DeformableAttention form;
        private final Map<Output, Engine> engines = new HashMap<>();

        Networks(String model, InputShape input, DeformableAttention form) {
            this.file = ModelFile.open(Original.checkpoint(model), ModelOptions.none());
            this.input = input;
            this.form = form;
        }

        Map<String, Tensor> run(Output output, Tensor image) {
            Engine engine = engines.computeIfAbsent(output, each -> Engines.named("onnxruntime")
                    .build(lowered("onnxruntime", file.graph(input, each), form), EngineOptions.standard()));
            try (Session session = engine.openSession()) {
                return ParityTest.run(session, image);
            }
        }

        @Override
        public void close() {
            engines.values().forEach(Engine::close);
            file.close();
        }

        @Override
        public String toString() {
            return "onnxruntime " + form;
        }
    }

    private static void check(String model, String size, Networks networks) {
        try (Original original = Original.open(model, size)) {
            Map<String, Tensor> raw = networks.run(Output.RAW, original.input());
            double classes = relativeError(requireNonNull(raw.get("pred_logits")), original.tensor("pred_logits"));
            double masks = relativeError(requireNonNull(raw.get("pred_masks")), original.tensor("pred_masks"));
            System.out.printf("%s %s %s: largest relative error of class logits %.1e, of mask logits %.1e%n", model, size, networks,
                    classes,
                    masks);
            assertTrue(classes <= LARGEST_RELATIVE_ERROR, () -> "class logits differ by " + classes + " at " + size);
            assertTrue(masks <= LARGEST_RELATIVE_ERROR, () -> "mask logits differ by " + masks + " at " + size);
            checkLabels(original, requireNonNull(networks.run(Output.LABELS, original.input()).get("labels")));
            if (original.has("scores")) {
                Tensor scores = requireNonNull(networks.run(Output.SCORES, original.input()).get("scores"));
                assertTrue(relativeError(scores, original.tensor("scores")) <= LARGEST_RELATIVE_ERROR);
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
    @ValueSource(strings = {"mask2former-r50", "mask2former-r101", "mask2former-swin-w7", "mask2former-swin-w12"})
    void rowsMaskedWholeAreExercised(String model) {
        int rows = 0;
        for (String size : Original.networkSizes(model)) {
            try (Original original = Original.open(model, size)) {
                for (byte reset : original.tensor("wholly_masked").toBytes()) {
                    rows += reset;
                }
            }
        }
        assertTrue(rows > 0);
    }

    static InputShape fixed(String size) {
        String[] sides = size.split("x", -1);
        return InputShape.ofSize(Long.parseLong(sides[0]), Long.parseLong(sides[1]));
    }

    static Graph lowered(String engine, Graph graph, DeformableAttention form) {
        EngineProvider provider = Engines.named(engine);
        return Pipeline.of(new Lowering(provider.nativeOperations(), form), new FoldConstants(), new RemoveUnused()).run(graph).graph();
    }

    static Map<String, Tensor> run(String engine, Graph graph, Tensor image) {
        try (Engine built = Engines.named(engine).build(graph, EngineOptions.standard()); Session session = built.openSession()) {
            return run(session, image);
        }
    }

    static Map<String, Tensor> run(Session session, Tensor image) {
        Map<String, Tensor> copies = new HashMap<>();
        session.run(Map.of(CheckpointModel.IMAGE, image)).forEach((name, tensor) -> copies.put(name, copy(tensor)));
        return copies;
    }

    private static Tensor copy(Tensor tensor) {
        return new Tensor(tensor.type(), MemorySegment.ofArray(tensor.memory().toArray(ValueLayout.JAVA_BYTE)));
    }

    /// max |a - b| / max |b|
    static double relativeError(Tensor ours, Tensor theirs) {
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
