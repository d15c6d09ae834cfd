package dev.maskforge.evaluation;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.maskforge.vision.Box;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Any bytes are a file of COCO's formats or are refused in one line; so are the masks in them.
class CocoFuzzTest {
    private static final int LONGEST_REFUSAL = 900;
    private static final String IMAGES = "{\"images\": [{\"id\": 5, \"file_name\": \"5.jpg\", \"height\": 2, \"width\": 3}], "
            + "\"categories\": [{\"id\": 1, \"name\": \"person\", \"isthing\": 1}], \"annotations\": [";

    @TempDir
    static Path folder;

    static Stream<byte[]> panoptics() {
        return Stream.of(
                "{\"images\": [{\"id\": 5, \"file_name\": \"5.jpg\"}], \"categories\": [{\"id\": 7, \"name\": \"road\", \"isthing\": 0}], "
                        + "\"annotations\": [{\"image_id\": 5, \"file_name\": \"a.png\", \"segments_info\": "
                        + "[{\"id\": 1, \"category_id\": 7, \"area\": 2, \"bbox\": [0, 0, 1, 1], \"iscrowd\": false}]}]}",
                "{\"annotations\": [{\"image_id\": \"a_000001\", \"file_name\": \"../a.png\", \"segments_info\": []}]}")
                .map(CocoFuzzTest::bytes);
    }

    static Stream<byte[]> instances() {
        return Stream
                .of("{\"size\": [2, 3], \"counts\": [1, 2, 3]}", "{\"size\": [2, 3], \"counts\": \"123\"}", "[[0, 0, 2.5, 0, 2.5, 1.5]]")
                .map(mask -> IMAGES + "{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"area\": 2.0, \"bbox\": [0, 0, 1e0, 1], "
                        + "\"iscrowd\": 0, \"segmentation\": " + mask + "}]}")
                .map(CocoFuzzTest::bytes);
    }

    static Stream<byte[]> results() {
        return Stream.of(
                "[{\"image_id\": 5, \"category_id\": 1, \"score\": 0.5, \"segmentation\": {\"size\": [2, 3], \"counts\": \"123\"}}]",
                "[{\"image_id\": \"5\", \"category_id\": 1, \"score\": 0.5, \"segmentation\": {\"size\": [2, 3], \"counts\": [1, 5]}}]",
                "[{\"image_id\": 5, \"category_id\": 1, \"score\": -1, \"bbox\": [0, 0, 1, 1]}]").map(CocoFuzzTest::bytes);
    }

    /// Height, width, and COCO's text.
    static Stream<byte[]> texts() {
        return Stream.of("\u0001\u0002123", "\u0005\u0007011241n2O2N2", "\u0001\u0001\u0001").map(CocoFuzzTest::bytes);
    }

    /// Height, width, and runs of a byte each.
    static Stream<byte[]> runs() {
        return Stream.of(new byte[]{2, 3, 1, 2, 3}, new byte[]{1, 1, 0, 1}, new byte[]{5, 7, 0, 0, 35});
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Path file(String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checked(RuntimeException refusal) {
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.matches("[^\\p{Cntrl}]+"), message);
        assertTrue(message.length() - folder.toString().length() * 2 < LONGEST_REFUSAL, message);
    }

    @MethodSource("panoptics")
    @FuzzTest(maxDuration = "10m")
    void panoptic(byte[] content) throws IOException {
        Path picture = Files.createDirectories(folder.resolve("panoptic")).resolve("a.png");
        if (!Files.exists(picture)) {
            PngFile.write(RgbImage.ofRgb(new byte[]{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 2, 2), picture);
        }
        try {
            CocoPanopticFile read = CocoPanopticFile.open(file("panoptic.json", content));
            for (CocoPanopticFile.Annotation annotation : read.annotations()) {
                PanopticMap map = read.read(annotation.imageId());
                assertEquals(annotation.segments(), map.segments());
            }
        } catch (EvaluationException | ImageException refusal) {
            checked(refusal);
        }
    }

    @MethodSource("instances")
    @FuzzTest(maxDuration = "10m")
    void instances(byte[] content) {
        try {
            CocoInstanceDataset read = CocoInstanceDataset.open(file("instances.json", content));
            for (CocoInstanceDataset.Picture picture : read.pictures()) {
                read.objects(picture, CocoInstanceScorer.Kind.BOXES);
                read.objects(picture, CocoInstanceScorer.Kind.MASKS).forEach(each -> within(each.region(), picture));
            }
        } catch (EvaluationException refusal) {
            checked(refusal);
        }
    }

    @MethodSource("results")
    @FuzzTest(maxDuration = "10m")
    void results(byte[] content) {
        CocoInstanceDataset dataset = CocoInstanceDataset.open(file("dataset.json", bytes(IMAGES + "]}")));
        CocoInstanceDataset.Picture picture = dataset.pictures().getFirst();
        try {
            CocoInstanceResults read = CocoInstanceResults.open(file("results.json", content), dataset);
            read.detections(picture, CocoInstanceScorer.Kind.BOXES);
            read.detections(picture, CocoInstanceScorer.Kind.MASKS).forEach(each -> within(each.region(), picture));
        } catch (EvaluationException refusal) {
            checked(refusal);
        }
    }

    private static void within(CocoRegion region, CocoInstanceDataset.Picture picture) {
        CocoRegion.Pixels pixels = (CocoRegion.Pixels) region;
        check(pixels.mask(), picture.height(), picture.width());
    }

    @MethodSource("texts")
    @FuzzTest(maxDuration = "10m")
    void runLengthsAsText(byte[] content) {
        if (content.length < 2) {
            return;
        }
        int height = 1 + Byte.toUnsignedInt(content[0]);
        int width = 1 + Byte.toUnsignedInt(content[1]);
        String text = new String(content, 2, content.length - 2, StandardCharsets.ISO_8859_1);
        try {
            check(RunLengths.parse(height, width, text), height, width);
        } catch (EvaluationException refusal) {
            checked(refusal);
        }
    }

    @MethodSource("runs")
    @FuzzTest(maxDuration = "10m")
    void runLengthsAsNumbers(byte[] content) {
        if (content.length < 2) {
            return;
        }
        int height = 1 + Byte.toUnsignedInt(content[0]);
        int width = 1 + Byte.toUnsignedInt(content[1]);
        // A byte a run, the rest of the picture in the last, so that many fit; the signed ones are refused.
        int[] runs = new int[content.length - 1];
        int left = height * width;
        for (int i = 2; i < content.length; i++) {
            runs[i - 2] = content[i];
            left -= content[i];
        }
        runs[runs.length - 1] = left;
        try {
            check(RunLengths.of(height, width, runs), height, width);
        } catch (EvaluationException refusal) {
            checked(refusal);
            assertTrue(Arrays.stream(runs).anyMatch(run -> run < 0), refusal::getMessage);
        }
    }

    /// What holds of any mask.
    private static void check(RunLengths mask, int height, int width) {
        long area = mask.area();
        assertTrue(area >= 0 && area <= (long) height * width, () -> area + " pixels");
        assertEquals(area, mask.shared(mask));
        RunLengths twice = RunLengths.union(List.of(mask, mask));
        assertEquals(area, twice.area());
        assertEquals(area, twice.shared(mask));
        Box box = mask.box();
        assertTrue(box.x() >= 0 && box.y() >= 0 && box.right() <= width && box.bottom() <= height, box::toString);
        assertTrue((long) box.width() * box.height() >= area, box::toString);
    }
}
