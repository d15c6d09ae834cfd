package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Agreement.Confusion;
import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.OutputError;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Two sides held against each other, on small checkpoints.
class ComparisonTest {
    /// The one that is opened fastest.
    private static final Path CHECKPOINT = Original.checkpoint("maskformer-r50");
    private static final Path WITH_DEFORMABLE_ATTENTION = Original.checkpoint("mask2former-r50");
    /// Two engines' float32 on the same network: as in the parity of engines (docs/verification.md).
    private static final double ENGINES_APART = 1e-5;
    private static final Comparison.Options OPTIONS = Comparison.Options.standard().withResizeRule(new ResizeRule.FitInside(32, 64));

    /// What the checkpoint says of the picture.
    private static LabelMap said;
    private static ClassList classes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void segment() {
        Segmenter.Options options = Segmenter.Options.standard().withResizeRule(OPTIONS.resizeRule().orElseThrow());
        try (Segmenter segmenter = Segmenter.open(CHECKPOINT, options)) {
            said = segmenter.segment(picture());
            classes = segmenter.model().classes();
        }
    }

    private static RgbImage picture() {
        try (Original original = Original.open("mask2former-r50", "64x128")) {
            return original.picture(0);
        }
    }

    /// Neither the network's size nor its ratio.
    private static RgbImage oddPicture() {
        RgbImage whole = picture();
        byte[] samples = new byte[3 * 50 * 90];
        for (int y = 0; y < 50; y++) {
            System.arraycopy(whole.samples(), 3 * y * whole.width(), samples, 3 * y * 90, 3 * 90);
        }
        return RgbImage.ofRgb(samples, 50, 90);
    }

    private static Comparison.Result compare(Comparison.Source a, Comparison.Source b, Comparison.Options options, RgbImage picture) {
        try (Comparison comparison = Comparison.open(a, b, options)) {
            return comparison.compare(picture, "street");
        }
    }

    private static String refusal(Comparison.Source a, Comparison.Source b, Comparison.Options options) {
        return String.valueOf(assertThrows(MaskforgeException.class, () -> compare(a, b, options, picture())).getMessage());
    }

    private Path converted(String name, Output output, Optional<InputShape> input) {
        try (ModelFile model = ModelFile.open(CHECKPOINT, ModelOptions.none())) {
            Path file = folder.resolve(name);
            return Converter.convert(model, file, new Converter.Options(input.or(() -> Optional.of(model.freeInput())), Optional.of(output),
                    DeformableAttention.GRID_SAMPLE)).file();
        }
    }

    private Path written(String name, Graph graph) throws IOException {
        Path file = folder.resolve(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            OnnxWriter.write(graph, "", channel);
        }
        return file;
    }

    /// A network of somebody else: its classes' scores are functions of red, green and blue.
    private static Graph foreign(long height, long width, UnaryOperator<Value> scores) {
        GraphBuilder builder = new GraphBuilder();
        Value pixels = builder.input("pixel_values", new TensorType(DataType.FLOAT32, Shape.of(1, 3, height, width)));
        builder.output("out", scores.apply(pixels));
        return builder.build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maskformer-r50", "mask2former-r50", "maskformer-panoptic-swin-w7"})
    void twoEnginesSayTheSameOfOneCheckpoint(String model) {
        Comparison.Source source = Comparison.Source.of(Original.checkpoint(model));
        RgbImage picture = oddPicture();
        Comparison.Result result = compare(source, source.on("reference"), OPTIONS, picture);
        assertEquals(picture, result.picture());
        Agreement agreement = result.agreement();
        assertEquals(50 * 90, agreement.total().pixels());
        assertEquals(agreement.total().clear(), agreement.total().clearEqual(), agreement.toString());
        assertTrue(agreement.total().clear() < agreement.total().pixels(), "some pixels are unsure: " + agreement);
        assertEquals(List.of("pred_logits", "pred_masks"), result.errors().stream().map(OutputError::output).toList());
        for (OutputError error : result.errors()) {
            assertTrue(error.relative() > 0 && error.relative() < ENGINES_APART, error.toString());
            System.out.println(model + ", onnxruntime against reference: " + error);
        }
    }

    @Test
    void expansionsOfDeformableAttentionSayTheSame() {
        Comparison.Source source = Comparison.Source.of(WITH_DEFORMABLE_ATTENTION);
        Comparison.Result result = compare(source, source.with(DeformableAttention.GATHER), OPTIONS, picture());
        assertEquals(Verdict.PASSED, result.agreement().verdict(1));
        // They round differently; 0 would mean that one ran twice.
        assertTrue(result.errors().getLast().relative() > 0);
    }

    @Test
    void otherModelsSayOtherThings() {
        Comparison.Result result = compare(Comparison.Source.of(CHECKPOINT), Comparison.Source.of(WITH_DEFORMABLE_ATTENTION), OPTIONS,
                picture());
        assertEquals(Verdict.FELL_SHORT, result.agreement().verdict(0.99));
        assertFalse(result.agreement().confusions().isEmpty());
        String message = refusal(Comparison.Source.of(CHECKPOINT), Comparison.Source.of(Original.checkpoint("maskformer-panoptic-swin-w7")),
                OPTIONS);
        assertTrue(message.contains("has 19 classes and ") && message.contains(" has 8"), message);
    }

    @Test
    void aConvertedFileSaysWhatItsCheckpointSays() {
        Comparison.Source checkpoint = Comparison.Source.of(CHECKPOINT);
        Comparison.Source raw = Comparison.Source.of(converted("raw.onnx", Output.RAW, Optional.empty()));
        for (String engine : List.of("onnxruntime", "reference")) {
            Comparison.Result result = compare(checkpoint, raw.on(engine), OPTIONS, oddPicture());
            assertEquals(Verdict.PASSED, result.agreement().verdict(1), engine);
            assertEquals(2, result.errors().size());
        }
        try (Comparison comparison = Comparison.open(raw, checkpoint, OPTIONS)) {
            assertEquals("cityscapes", comparison.classes().dataset());
            assertFalse(comparison.isAtNetworkSize());
        }
    }

    @Test
    void labelsAndScoresAreComparedAtTheNetworksSize() {
        Comparison.Source checkpoint = Comparison.Source.of(CHECKPOINT);
        Comparison.Source labels = Comparison.Source.of(converted("labels.onnx", Output.LABELS, Optional.of(InputShape.ofSize(64, 128))));
        Comparison.Source scores = Comparison.Source.of(converted("scores.onnx", Output.SCORES, Optional.empty()));
        try (Comparison comparison = Comparison.open(checkpoint, labels, Comparison.Options.standard())) {
            assertTrue(comparison.isAtNetworkSize());
            Comparison.Result result = comparison.compare(oddPicture(), "street");
            assertEquals("RGB picture 64x115", result.picture().toString());
            assertEquals(Verdict.PASSED, result.agreement().verdict(1), result.agreement().toString());
            assertTrue(result.margins().isPresent());
            assertEquals(List.of(), result.errors());
        }
        Comparison.Result unsure = compare(labels, scores, Comparison.Options.standard(), oddPicture());
        assertTrue(unsure.margins().isEmpty());
        assertEquals(unsure.agreement().total().pixels(), unsure.agreement().total().clear());
        Comparison.Result itself = compare(scores, scores, OPTIONS, oddPicture());
        assertEquals("scores: 0.0e+00 relative, 0.0e+00 absolute", itself.errors().getFirst().toString());
        String message = refusal(checkpoint, labels, Comparison.Options.standard().withResizeRule(new ResizeRule.FitInside(32, 64)));
        assertTrue(message.contains("takes pictures of 64x128 pixels alone") && message.contains("--size"), message);
    }

    @Test
    void foreignFilesAreToldWhatTheirInputMeans() throws IOException {
        Path file = written("foreign.onnx", foreign(64, 128, pixels -> pixels.sigmoid()));
        Comparison.Source silent = Comparison.Source.of(file);
        String message = refusal(silent, silent, Comparison.Options.standard());
        assertTrue(message.contains("'pixel_values'") && message.contains("--input-values rgb"), message);
        Comparison.Source normalised = new Comparison.Source(file, "onnxruntime", silent.engineOptions(), silent.deformableAttention(),
                Optional.empty(),
                Optional.of(InputValues.NORMALISED));
        Comparison.Source plain = new Comparison.Source(file, "reference", silent.engineOptions(), silent.deformableAttention(),
                Optional.empty(),
                Optional.of(InputValues.RGB));
        Comparison.Result result = compare(normalised, normalised, Comparison.Options.standard(), picture());
        assertEquals(3, result.agreement().byClass().size());
        byte[] samples = picture().samples();
        double[] normal = {(samples[0] & 0xff) / 58.395 - 123.675 / 58.395, (samples[1] & 0xff) / 57.12 - 116.28 / 57.12,
                (samples[2] & 0xff) / 57.375 - 103.53 / 57.375};
        double best = Arrays.stream(normal).max().orElseThrow();
        assertEquals(best, normal[result.labels().at(0)]);
        // From 0 to 255 the sigmoid is 1 nearly everywhere, so the first class wins: the mistake that the question is there for.
        assertFalse(compare(plain, plain, Comparison.Options.standard(), picture()).agreement().isConclusive());
    }

    @Test
    void foreignFilesThatFitNothingSaySo() throws IOException {
        Path features = written("features.onnx",
                foreign(64, 128, pixels -> pixels.reshape(Dimension.of(1), Dimension.of(3 * 64), Dimension.of(128))));
        String message = refusal(Comparison.Source.of(CHECKPOINT), rgb(features), OPTIONS);
        assertTrue(message.contains("features.onnx gives 'out' float32[1, 192, 128], which are no classes of pixels"), message);
        GraphBuilder two = new GraphBuilder();
        Value left = two.input("left", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 64, 128)));
        two.output("out", left.add(two.input("right", new TensorType(DataType.FLOAT32, Shape.of(1, 3, 64, 128)))));
        message = refusal(rgb(written("two.onnx", two.build())), rgb(features), OPTIONS);
        assertTrue(message.contains("two.onnx takes 'left' float32[1, 3, 64, 128], 'right'") && message.contains("single input"), message);
        Path huge = written("huge.onnx", foreign(1L << 33, 128, pixels -> pixels.sigmoid()));
        message = refusal(rgb(huge), rgb(huge), Comparison.Options.standard());
        assertTrue(message.contains("huge.onnx takes") && message.contains("not one picture"), message);
        Path small = written("small.onnx", foreign(64, 128, pixels -> pixels.builder().add(new Operation.MaxPool(3, 2, 1), pixels)));
        message = refusal(rgb(small), rgb(small), Comparison.Options.standard());
        assertTrue(message.contains("small.onnx gives float32[1, 3, 32, 64] for a picture of 64x128 pixels"), message);
        Path whole = converted("whole.onnx", Output.RAW, Optional.empty());
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(Files.readAllBytes(whole), 100_000));
        String damaged = String.valueOf(assertThrows(OnnxException.class,
                () -> compare(Comparison.Source.of(cut), Comparison.Source.of(CHECKPOINT), OPTIONS, picture())).getMessage());
        assertTrue(damaged.contains("cut.onnx cannot be read"), damaged);
    }

    private static Comparison.Source rgb(Path file) {
        Comparison.Source source = Comparison.Source.of(file);
        return new Comparison.Source(file, source.engine(), source.engineOptions(), source.deformableAttention(), Optional.empty(),
                Optional.of(InputValues.RGB));
    }

    @Test
    void aReferenceOfOneClassSaysNothing() throws IOException {
        Path file = written("one.onnx", foreign(64, 128, pixels -> pixels.multiply(0).add(1)));
        Agreement agreement = compare(rgb(file), rgb(file), Comparison.Options.standard(), picture()).agreement();
        assertEquals(1, agreement.total().ofAll());
        assertEquals(Verdict.INCONCLUSIVE, agreement.verdict(0.5));
    }

    /// What the checkpoint says of the picture, in a folder of its own.
    private Path labelMaps(LabelIds ids, String name) throws IOException {
        Path labels = Files.createDirectories(folder.resolve(ids + "-" + name));
        PngFile.writeLabels(said, classes, ids, labels.resolve(name));
        return labels;
    }

    @Test
    void foldersOfLabelMapsAreReadByNameAndIds() throws IOException {
        Comparison.Source checkpoint = Comparison.Source.of(CHECKPOINT);
        Comparison.Source dataset = Comparison.Source.of(labelMaps(LabelIds.DATASET, "street.png"));
        Comparison.Source train = Comparison.Source.of(labelMaps(LabelIds.TRAIN, "street.labels.png"));
        Comparison.Options trainIds = OPTIONS.withLabelIds(LabelIds.TRAIN);
        assertEquals(1, compare(checkpoint, dataset, OPTIONS, picture()).agreement().total().ofAll());
        assertEquals(1, compare(checkpoint, train, trainIds, picture()).agreement().total().ofAll());
        Comparison.Result between = compare(train, train, trainIds, picture());
        assertTrue(between.margins().isEmpty());
        assertEquals(Verdict.PASSED, between.agreement().verdict(1));
        assertTrue(refusal(dataset, dataset, OPTIONS).contains("--dataset"));
        Comparison.Options cityscapes = OPTIONS.withModel(ModelOptions.none().trainedOn(Dataset.CITYSCAPES));
        assertTrue(compare(dataset, dataset, cityscapes, picture()).agreement().isConclusive());
        String message = String.valueOf(assertThrows(MaskforgeException.class, () -> {
            try (Comparison comparison = Comparison.open(checkpoint, dataset, OPTIONS)) {
                comparison.compare(picture(), "other");
            }
        }).getMessage());
        assertTrue(message.contains("no label map of 'other', no other.labels.png, no other.png"), message);
        message = String.valueOf(
                assertThrows(MaskforgeException.class, () -> compare(checkpoint, dataset, OPTIONS, oddPicture())).getMessage());
        assertTrue(message.contains("has 64x128 pixels where 50x90 are compared"), message);
    }

    @Test
    void cityscapesTruthIsFoundByItsName() throws IOException {
        Path labels = labelMaps(LabelIds.DATASET, "aachen_000000_000019_gtFine_labelIds.png");
        try (Comparison comparison = Comparison.open(Comparison.Source.of(labels), Comparison.Source.of(CHECKPOINT), OPTIONS)) {
            assertEquals(1, comparison.compare(picture(), "aachen_000000_000019_leftImg8bit").agreement().total().ofAll());
        }
    }

    /// Cityscapes' ids 0 and 1, and 255 in train ids, are no class.
    @Test
    void pixelsWithoutAClassAreNotHeldAgainstAnyone() throws IOException {
        Path labels = Files.createDirectory(folder.resolve("labels"));
        byte[] ids = new byte[64 * 128];
        Arrays.fill(ids, (byte) 7);
        Arrays.fill(ids, 0, 100, (byte) 1);
        ClassList numbers = ClassList.generated(256);
        PngFile.writeLabels(LabelMap.ofBytes(ids, 64, 128), numbers, LabelIds.TRAIN, labels.resolve("street.png"));
        Comparison.Source folder = Comparison.Source.of(labels);
        Comparison.Source checkpoint = Comparison.Source.of(CHECKPOINT);
        Comparison.Result asReference = compare(folder, checkpoint, OPTIONS, picture());
        assertEquals(100, asReference.unlabelled());
        assertEquals(64 * 128 - 100, asReference.agreement().total().pixels());
        Comparison.Result asOther = compare(checkpoint, folder, OPTIONS, picture());
        assertEquals(0, asOther.unlabelled());
        assertEquals(100, asOther.agreement().confusions().stream().filter(confusion -> confusion.other() == Agreement.NO_CLASS)
                .mapToLong(Confusion::pixels).sum());
        Arrays.fill(ids, (byte) 1);
        PngFile.writeLabels(LabelMap.ofBytes(ids, 64, 128), numbers, LabelIds.TRAIN, labels.resolve("street.png"));
        assertTrue(refusal(checkpoint, folder, OPTIONS).contains("--label-ids train"));
        Files.writeString(labels.resolve("street.png"), "no picture");
        assertThrows(ImageException.class, () -> compare(checkpoint, folder, OPTIONS, picture()));
    }
}
