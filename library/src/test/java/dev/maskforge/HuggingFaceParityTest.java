package dev.maskforge;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Models;
import dev.maskforge.models.Normalisation;
import dev.maskforge.models.Output;
import dev.maskforge.passes.FoldConstants;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Small Hugging Face folders of both families and both backbones say what transformers says in float32.
///
/// The bound on the relative error of logits is [ParityTest]'s; float32 and float64 differ by 3e-6 in these networks, and the
/// smallest that two confused names make is 7e-2 (tools/fixtures/make_hugging_face.py prints both).
class HuggingFaceParityTest {
    private static final double LARGEST_RELATIVE_ERROR = 1e-4;

    static Stream<Arguments> foldersAndSizes() {
        return Stream.of("maskformer-swin", "maskformer-resnet", "mask2former-swin", "mask2former-resnet")
                .flatMap(folder -> Stream.of("64x96", "96x64").map(size -> Arguments.of(folder, size)));
    }

    @ParameterizedTest
    @MethodSource("foldersAndSizes")
    void agreesWithTransformers(String folder, String size) {
        try (Original original = new Original(Checkpoints.open(file(folder, "expected.pkl")), size)) {
            Map<String, Tensor> raw = run(file(folder, ""), Output.RAW, original.input());
            for (String output : new String[]{"pred_logits", "pred_masks"}) {
                double error = ParityTest.relativeError(requireNonNull(raw.get(output)), original.tensor(output));
                System.out.printf("%s %s: largest relative error of %s %.1e%n", folder, size, output, error);
                assertTrue(error <= LARGEST_RELATIVE_ERROR, () -> output + " differs by " + error);
            }
            byte[] ours = requireNonNull(run(file(folder, ""), Output.LABELS, original.input()).get("labels")).toBytes();
            byte[] theirs = original.tensor("labels").toBytes();
            byte[] sure = original.tensor("sure").toBytes();
            for (int i = 0; i < theirs.length; i++) {
                assertTrue(sure[i] == 0 || ours[i] == theirs[i], "a sure pixel has another class");
            }
        }
    }

    /// The names of Meta's files, files of older versions, and files in parts: the very same numbers.
    @ParameterizedTest
    @CsvSource(textBlock = """
            maskformer-resnet,   maskformer-resnet/checkpoint.pkl
            maskformer-swin,     maskformer-swin-bin
            mask2former-swin,    mask2former-swin/checkpoint.pkl
            mask2former-resnet,  mask2former-resnet-sharded
            """)
    void theSameWeightsInAnotherFileComputeTheSame(String folder, String other) {
        try (Original original = new Original(Checkpoints.open(file(folder, "expected.pkl")), "96x64")) {
            Map<String, Tensor> ours = run(file(folder, ""), Output.RAW, original.input());
            Map<String, Tensor> theirs = run(file(other, ""), Output.RAW, original.input());
            ours.forEach((name, tensor) -> assertArrayEquals(bytes(tensor), bytes(requireNonNull(theirs.get(name))), name));
            assertEquals(2, ours.size());
            assertArrayEquals(bytes(requireNonNull(run(file(folder, ""), Output.LABELS, original.input()).get("labels"))),
                    bytes(requireNonNull(run(file(other, ""), Output.LABELS, original.input()).get("labels"))));
        }
    }

    private static Path file(String folder, String name) {
        return Path.of(System.getProperty("maskforge.fixtures"), "hugging-face", folder, name);
    }

    private static Map<String, Tensor> run(Path checkpoint, Output output, Tensor image) {
        try (Arena arena = Arena.ofConfined(); Weights weights = Checkpoints.open(checkpoint)) {
            CheckpointModel model = Models.recognise(weights);
            try (Weights _ = model.weights()) {
                CheckpointModel.Built built = model.build(InputShape.free(), output, Normalisation.IMAGENET, arena);
                assertTrue(built.usage().isComplete(), built.usage()::toString);
                return run(built.graph(), image);
            }
        }
    }

    private static Map<String, Tensor> run(Graph graph, Tensor image) {
        Lowering lowering = new Lowering(Engines.named("onnxruntime").nativeOperations(), Lowering.DeformableAttention.GRID_SAMPLE);
        Graph lowered = Pipeline.of(lowering, new FoldConstants(), new RemoveUnused()).run(graph).graph();
        try (Engine engine = Engines.named("onnxruntime").build(lowered, EngineOptions.standard());
                Session session = engine.openSession()) {
            Map<String, Tensor> copies = new HashMap<>();
            session.run(Map.of(CheckpointModel.IMAGE, image))
                    .forEach((name, tensor) -> copies.put(name, new Tensor(tensor.type(), MemorySegment.ofArray(bytes(tensor)))));
            return copies;
        }
    }

    private static byte[] bytes(Tensor tensor) {
        return tensor.memory().toArray(ValueLayout.JAVA_BYTE);
    }
}
