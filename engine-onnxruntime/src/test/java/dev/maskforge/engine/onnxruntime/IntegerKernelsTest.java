package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.CalibrationRun;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.ReferenceEngineProvider;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.quantize.Calibration;
import dev.maskforge.passes.quantize.InsertQuantization;
import dev.maskforge.passes.quantize.RangeRule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The graphs that int8 comes to are such that ONNX Runtime puts them together into its integer kernels, and these say what the
/// interpreter says of the same graph.
class IntegerKernelsTest {
    private static final Lowering.DeformableAttention FORM = Lowering.DeformableAttention.GRID_SAMPLE;
    private static final String NETWORK = """
            (x: float32[n, 16, 2*h, 2*w]) -> (map, tokens) {
              w1: float32[24, 16, 3, 3]
              b1: float32[24]
              w2: float32[16, 24, 1, 1]
              w3: float32[16, 16, 1, 1]
              f1: float32[40, 16]
              c1: float32[40]
              f2: float32[16, 40]
              c2: float32[16]
              a = Conv{padding=1}(x, w1, b1)
              a/Relu = Relu(a)
              b = Conv(a/Relu, w2)
              c = Conv(x, w3)
              sum = Add(b, c)
              out = Relu(sum)
              flat = Reshape{shape=[n, 16, 4*h*w]}(out)
              rows = Transpose{permutation=[0, 2, 1]}(flat)
              linear1 = Linear(rows, f1, c1)
              linear1/Relu = Relu(linear1)
              linear2 = Linear(linear1/Relu, f2, c2)
              added = Add(rows, linear2)
              tokens = LayerNormalization(added, c2, c2)
              map = Softmax{axis=1}(out)
            }
            """;

    @TempDir
    private Path folder;

    private final OnnxRuntimeProvider provider = new OnnxRuntimeProvider();

    private static Map<String, Tensor> picture(long seed) {
        Random random = new Random(seed);
        float[] elements = new float[16 * 22 * 26];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Map.of("x", Tensor.of(Shape.of(1, 16, 22, 26), elements));
    }

    private Graph quantized(Graph graph) {
        Calibration calibration = Calibration.of(CalibrationRun.run(
                new CalibrationRun.Network(graph, provider, EngineOptions.standard().withThreads(1), FORM),
                InsertQuantization.observed(graph), List.of(() -> picture(1), () -> picture(2)), (_, _) -> {
                }), RangeRule.MINIMUM_AND_MAXIMUM);
        return new Lowering(Set.of(), FORM).apply(new InsertQuantization(calibration).apply(graph).graph()).graph();
    }

    /// How often each operation is in a model, by the names of node types in its bytes.
    private static SortedMap<String, Integer> operations(byte[] model) {
        SortedMap<String, Integer> counts = new TreeMap<>();
        // A type follows the field's tag and its length: NodeProto.op_type is number 4.
        Matcher matcher = Pattern.compile("\"(.)([A-Z][A-Za-z]+)", Pattern.DOTALL)
                .matcher(new String(model, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            if (matcher.group(1).charAt(0) == matcher.group(2).length()) {
                counts.merge(matcher.group(2), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void convolutionsSumsAndProductsBecomeIntegerKernels() throws OrtException, IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        OnnxWriter.write(quantized(GraphText.parse(NETWORK)), "test", Channels.newChannel(model));
        Path optimised = folder.resolve("optimised.onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setOptimizedModelFilePath(optimised.toString());
            OnnxRuntimeEngine.environment().createSession(model.toByteArray(), options).close();
        }
        SortedMap<String, Integer> operations = operations(Files.readAllBytes(optimised));
        System.out.println("ONNX Runtime makes of it " + operations);
        assertEquals(3, operations.getOrDefault("QLinearConv", 0));
        assertEquals(1, operations.getOrDefault("QLinearAdd", 0));
        assertEquals(2, operations.getOrDefault("QGemm", 0));
        for (String left : List.of("Conv", "Gemm", "MatMul", "Relu")) {
            assertFalse(operations.containsKey(left), () -> left + " is left in " + operations);
        }
    }

    /// Integer sums are exact; a result that lies between two integers within float32's rounding may go to either, which is one
    /// step of the 8 bits, and through the following layers some more.
    @Test
    void kernelsSayWhatTheInterpreterSays() {
        Graph graph = quantized(GraphText.parse(NETWORK));
        try (Engine engine = provider.build(graph, EngineOptions.standard().withThreads(2).withPrecision(Precision.INT8));
                Session session = engine.openSession()) {
            var errors = Comparator.errors(Interpreter.run(graph, picture(3)), session.run(picture(3)));
            System.out.println("int8 in ONNX Runtime against the interpreter: " + errors);
            errors.forEach(error -> assertTrue(error.relative() < 0.02, error.toString()));
        }
    }

    @Test
    void rangesAreTheInterpreters() {
        Graph graph = GraphText.parse(NETWORK);
        Set<String> wanted = InsertQuantization.observed(graph);
        var histograms = CalibrationRun.run(new CalibrationRun.Network(graph, provider, EngineOptions.standard().withThreads(1), FORM),
                wanted, List.of(() -> picture(1), () -> picture(2)), (_, _) -> {
                });
        var references = CalibrationRun.run(new CalibrationRun.Network(graph, new ReferenceEngineProvider(),
                EngineOptions.standard(), FORM), wanted, List.of(() -> picture(1), () -> picture(2)), (_, _) -> {
                });
        Calibration found = Calibration.of(histograms, RangeRule.MINIMUM_AND_MAXIMUM);
        Calibration expected = Calibration.of(references, RangeRule.MINIMUM_AND_MAXIMUM);
        assertEquals(wanted, found.observations().keySet());
        found.observations().forEach((name, observation) -> {
            Calibration.Observation reference = requireNonNull(expected.observations().get(name));
            assertEquals(reference.range().maximum(), observation.range().maximum(), 1e-4f * reference.range().maximum(), name);
            assertEquals(reference.elements(), observation.elements(), name);
            assertEquals(reference.signalToNoise(), observation.signalToNoise(), 0.1, name);
        });
    }

    @Test
    void anotherPrecisionIsRefusedByWhatThereIs() {
        assertEquals(Set.of(Precision.FP32, Precision.INT8), provider.precisions());
        assertThrows(EngineException.class, () -> new FloatsOnly().require(Precision.INT8));
        String message = String.valueOf(
                assertThrows(EngineException.class, () -> new FloatsOnly().require(Precision.INT8)).getMessage());
        assertEquals("engine 'floats' does not compute in int8, but in fp32", message);
    }

    private static final class FloatsOnly implements EngineProvider {
        @Override
        public String name() {
            return "floats";
        }

        @Override
        public Availability availability() {
            return new Availability.Missing("it is a test's", "take another");
        }

        @Override
        public Set<Class<? extends Operation>> nativeOperations() {
            return Set.of();
        }

        @Override
        public Engine build(Graph graph, EngineOptions options) {
            throw new EngineException("it is a test's");
        }
    }
}
