package dev.maskforge;

import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Fault;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.LayerComparison.Subject;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.check.CheckPicture;
import dev.maskforge.engine.check.CheckResult;
import dev.maskforge.engine.check.Gate;
import dev.maskforge.engine.check.SelfCheck;
import dev.maskforge.engine.plan.PlanBytes;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The silent faults that engines are known for, made on purpose in the trained sample model: each is caught by the
/// self-check, by name, and a sound engine passes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SilentFaultsTest {
    private static final int HEIGHT = 64;
    private static final int WIDTH = 128;
    private static final EngineProvider ONNX_RUNTIME = Engines.named("onnxruntime");
    private static final EngineOptions OPTIONS = EngineOptions.standard().withThreads(1);
    private static final Range BATCH = new Range(1, 1, 2);

    @TempDir
    private Path folder;

    private final Arena memory = Arena.ofShared();
    private final ModelFile model = ModelFile.open(
            Path.of(System.getProperty("maskforge.samples")).resolve("models/mask2former-resnet-cityscapes-panoptic"), ModelOptions.none());
    private final List<Tensor> pictures = new ArrayList<>();
    private final Graph raw = lowered(Output.RAW);
    private Optional<Engine> reference = Optional.empty();

    private Graph authored(Output output) {
        return model.graph(InputShape.ofSize(HEIGHT, WIDTH), output);
    }

    private Graph lowered(Output output) {
        return Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE), new RemoveUnused())
                .run(authored(output)).graph();
    }

    @BeforeAll
    void open() {
        reference = Optional.of(ONNX_RUNTIME.build(raw, OPTIONS));
        RgbImage street = ImageFile.read(Path.of(System.getProperty("maskforge.samples")).resolve("street.jpg"));
        int height = street.height() / 5 * 4;
        int width = street.width() / 5 * 4;
        for (int quarter = 0; quarter < 4; quarter++) {
            pictures.add(
                    input(cut(street, quarter / 2 * (street.height() - height), quarter % 2 * (street.width() - width), height, width)));
        }
    }

    private static RgbImage cut(RgbImage image, int top, int left, int height, int width) {
        byte[] samples = new byte[3 * height * width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.samples(), 3 * ((top + y) * image.width() + left), samples, 3 * y * width, 3 * width);
        }
        return RgbImage.ofRgb(samples, height, width);
    }

    private Tensor input(RgbImage picture) {
        Preprocessing preprocessing = model.preprocessing(Optional.of(new ResizeRule.FitInside(HEIGHT, WIDTH)));
        Tensor tensor = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 3, HEIGHT, WIDTH), memory);
        preprocessing.write(picture, preprocessing.geometry(picture.height(), picture.width()), tensor.memory());
        return tensor;
    }

    @AfterAll
    void close() {
        reference.ifPresent(Engine::close);
        model.close();
        memory.close();
    }

    private CheckResult check(Fault fault) throws IOException {
        StandInProvider faulty = new StandInProvider(ONNX_RUNTIME, fault);
        BuildOptions build = BuildOptions.standard(new BuildProfile(BATCH, Range.fixed(HEIGHT), Range.fixed(WIDTH)));
        Path plan = folder.resolve(fault + ".plan");
        faulty.compile(authored(Output.LABELS), build, BuildProgress.NONE, plan);
        try (Engine rawEngine = faulty.build(raw, OPTIONS); Engine labels = faulty.open(PlanBytes.read(plan, memory).bytes(), OPTIONS)) {
            return new SelfCheck(reference.orElseThrow(), ONNX_RUNTIME, OPTIONS, "pred_logits", "pred_masks", rawEngine,
                    Optional.of(labels),
                    BATCH, Gate.of(Precision.FP32),
                    Optional.of((inputs, bound) -> LayerComparison.run(new Subject(raw, ONNX_RUNTIME, OPTIONS, inputs),
                            new Subject(raw, faulty, OPTIONS, inputs), bound)))
                    .run(pictures.stream().map(picture -> CheckPicture.of("image", picture)).toList(), BuildProgress.NONE);
        }
    }

    @Test
    void aSoundEnginePasses() throws IOException {
        CheckResult result = check(Fault.NONE);
        result.parts().forEach(System.out::println);
        result.worstErrors().forEach(System.out::println);
        assertEquals(Verdict.PASSED, result.verdict(), () -> result.findings().toString());
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void isCaughtByName(Fault fault) throws IOException {
        CheckResult result = check(fault);
        result.findings().forEach(finding -> System.out.println(fault + ": " + finding));
        assertEquals(Verdict.FELL_SHORT, result.verdict());
        String findings = String.join("\n", result.findings());
        String named = switch (fault) {
            case HALF_COORDINATES, NEAREST_SAMPLE, WRONG_LEVEL_START -> "DeformableAttention";
            case WRONG_BATCH -> "batch 2: ";
            case ONE_CLASS, NOT_A_NUMBER -> "pred_logits";
            case NONE -> "";
        };
        assertTrue(findings.contains(named), findings);
    }
}
