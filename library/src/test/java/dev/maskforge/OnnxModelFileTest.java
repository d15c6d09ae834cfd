package dev.maskforge;

import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.models.Task;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files of our own conversion are models like the checkpoints that they were made of.
class OnnxModelFileTest {
    private static final ResizeRule SIZE = new ResizeRule.FitInside(64, 128);
    /// Where two classes are level, rounding decides: of a picture of 4,500 pixels no more than these.
    private static final int LEVEL = 5;

    @TempDir
    private Path folder;

    private Path converted(String model, Output output, Task task, Optional<InputShape> input) {
        Path file = folder.resolve(model + "-" + output + ".onnx");
        try (ModelFile checkpoint = ModelFile.open(Original.checkpoint(model), ModelOptions.none().trainedFor(task))) {
            return Converter.convert(checkpoint, file, new Converter.Options(input.or(() -> Optional.of(checkpoint.freeInput())),
                    Optional.of(output), DeformableAttention.GRID_SAMPLE)).file();
        }
    }

    /// Of 50x90 pixels, which is neither the network's size nor its ratio.
    private static RgbImage picture(String model) {
        try (Original original = Original.open(model, "64x128")) {
            RgbImage whole = original.picture(0);
            byte[] samples = new byte[3 * 50 * 90];
            for (int y = 0; y < 50; y++) {
                System.arraycopy(whole.samples(), 3 * y * whole.width(), samples, 3 * y * 90, 3 * 90);
            }
            return RgbImage.ofRgb(samples, 50, 90);
        }
    }

    private static Segmenter open(Path file, Task task) {
        return Segmenter.open(file, Segmenter.Options.standard().withResizeRule(SIZE).withModel(ModelOptions.none().trainedFor(task)));
    }

    private static int different(LabelMap a, LabelMap b) {
        assertEquals(a.height() + "x" + a.width(), b.height() + "x" + b.width());
        int different = 0;
        for (int pixel = 0; pixel < a.pixels(); pixel++) {
            different += a.at(pixel) == b.at(pixel) ? 0 : 1;
        }
        return different;
    }

    @ParameterizedTest
    @CsvSource({"maskformer-r50, RAW, SEMANTIC", "maskformer-r50, SCORES, SEMANTIC", "mask2former-r50, RAW, SEMANTIC",
            "mask2former-r50, RAW, PANOPTIC"})
    void aFileSaysWhatItsCheckpointSays(String model, Output output, Task task) {
        RgbImage picture = picture(model);
        try (Segmenter checkpoint = open(Original.checkpoint(model), task);
                Segmenter file = open(converted(model, output, task, Optional.empty()), task)) {
            assertEquals(checkpoint.model().task(), file.model().task());
            assertEquals(checkpoint.model().dataset(), file.model().dataset());
            assertEquals(checkpoint.model().classes(), file.model().classes());
            assertEquals(checkpoint.model().results(), file.model().results());
            assertEquals(checkpoint.model().architecture(), file.model().architecture());
            int different = different(checkpoint.segment(picture), file.segment(picture));
            System.out.println(model + ", " + output + ", " + task + ": " + different + " pixels of 4500 differ");
            assertTrue(different <= LEVEL, different + " pixels");
            List<LabelMap> several = file.segment(List.of(picture, picture));
            assertEquals(file.segment(picture), several.getLast());
            if (task == Task.PANOPTIC) {
                assertEquals(checkpoint.panoptic(picture).segments().size(), file.panoptic(picture).segments().size());
                assertEquals(checkpoint.instances(picture).instances().size(), file.instances(picture).instances().size());
            } else {
                assertEquals(file.segment(picture), file.segmentWithConfidence(picture).labels());
            }
        }
    }

    /// 50x90 is 64x115 in there, and the rest is padding.
    @ParameterizedTest
    @CsvSource({"RAW", "SCORES"})
    void aFileOfOneSizeRunsAtItAndMapsBack(Output output) {
        RgbImage picture = picture("maskformer-r50");
        Path file = converted("maskformer-r50", output, Task.SEMANTIC, Optional.of(InputShape.ofSize(64, 128).withBatch(1)));
        try (Segmenter checkpoint = open(Original.checkpoint("maskformer-r50"), Task.SEMANTIC);
                Segmenter fixed = Segmenter.open(file)) {
            assertTrue(different(checkpoint.segment(picture), fixed.segment(picture)) <= LEVEL);
            assertEquals(2, fixed.segment(List.of(picture, picture)).size());
        }
        String message = refusal(file, Segmenter.Options.standard().withResizeRule(new ResizeRule.FitInside(96, 96)));
        assertTrue(message.contains("takes pictures of 64x128 pixels alone") && message.contains("leave '--size' out"), message);
    }

    @Test
    void labelsAreThoseOfTheNearestPixel() {
        RgbImage picture = picture("maskformer-r50");
        Path file = converted("maskformer-r50", Output.LABELS, Task.SEMANTIC, Optional.empty());
        try (Segmenter checkpoint = open(Original.checkpoint("maskformer-r50"), Task.SEMANTIC);
                Segmenter labels = open(file, Task.SEMANTIC)) {
            LabelMap fine = checkpoint.segment(picture);
            LabelMap coarse = labels.segment(picture);
            int different = different(fine, coarse);
            System.out.println("labels instead of logits: " + different + " pixels of 4500 differ, at borders");
            assertTrue(different < 450, different + " pixels");
            RgbImage whole = whole();
            assertTrue(different(checkpoint.segment(whole), labels.segment(whole)) <= LEVEL);
            assertEquals(EnumSet.of(Task.SEMANTIC), labels.model().results());
            String message = String
                    .valueOf(assertThrows(MaskforgeException.class, () -> labels.segmentWithConfidence(picture)).getMessage());
            assertTrue(message.contains("gives no scores; convert it anew with '--output raw'"), message);
            message = String.valueOf(assertThrows(MaskforgeException.class, () -> labels.panoptic(picture)).getMessage());
            assertTrue(message.contains("convert it anew with '--output raw'"), message);
        }
    }

    /// A picture of the network's own size.
    private static RgbImage whole() {
        try (Original original = Original.open("maskformer-r50", "64x128")) {
            return original.picture(0);
        }
    }

    private static String refusal(Path file, Segmenter.Options options) {
        String message = String.valueOf(assertThrows(MaskforgeException.class, () -> Segmenter.open(file, options)).getMessage());
        assertTrue(message.startsWith(file + " "), message);
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "maskforge.     | somebody..     | does not say what it is ('maskforge.architecture' is not in its metadata)",
            "semantic       | semantik       | it knows no task 'semantik'",
            "MaskFormer     | MaskFarmer     | there is no architecture 'MaskFarmer'",
            "'road\nsidewalk' | road+sidewalk  | it names 18 classes, where its output has 19"})
    void whatDoesNotSayWhatItIsIsRefused(String there, String instead, String reason) throws IOException {
        Path file = converted("maskformer-r50", Output.SCORES, Task.SEMANTIC, Optional.empty());
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertTrue(bytes.contains(there), there);
        Files.writeString(file, bytes.replace(there, instead), StandardCharsets.ISO_8859_1);
        String message = refusal(file, Segmenter.Options.standard());
        assertTrue(message.contains(reason), message);
    }

    @Test
    void filesOfOthersAreSentWhereTheyAreTaken() throws IOException {
        Path file = converted("maskformer-r50", Output.SCORES, Task.SEMANTIC, Optional.empty());
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace("maskforge.", "somebody.."), StandardCharsets.ISO_8859_1);
        String message = refusal(file, Segmenter.Options.standard());
        assertTrue(message.contains("'maskforge optimize', 'bench' and 'compare' take the files of others"), message);
    }

    /// Objects do not follow from labels.
    @Test
    void labelsOfAModelOfObjectsAreOfNoUse() {
        Path file = converted("mask2former-r50", Output.LABELS, Task.INSTANCE, Optional.empty());
        assertTrue(refusal(file, Segmenter.Options.standard()).contains("convert it anew with '--output raw'"));
    }
}
