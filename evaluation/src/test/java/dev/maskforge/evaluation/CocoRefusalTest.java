package dev.maskforge.evaluation;

import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.maskforge.evaluation.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;

/// Files of COCO's formats that are broken or wrong are refused, each in a line that names the file and the place.
class CocoRefusalTest {
    private static final String SEGMENT = "{\"id\": 1, \"category_id\": 7, \"area\": 6, \"iscrowd\": 0}";
    private static final String IMAGES = "{\"images\": [{\"id\": 5, \"file_name\": \"5.jpg\", \"height\": 2, \"width\": 3}], "
            + "\"categories\": [{\"id\": 1, \"name\": \"person\"}], \"annotations\": [";

    @TempDir
    private Path folder;

    private Path json(String text) throws IOException {
        return Files.writeString(folder.resolve("file.json"), text);
    }

    private Path annotations(String annotation) throws IOException {
        return json("{\"annotations\": [" + annotation + "], \"categories\": []}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "3", "{} {}", "{\"annotations\": 3}", "{\"annotations\": [3]}", "{\"annotations\": [{}]}",
            "{\"annotations\": [{\"image_id\": 1.5}]}", "{\"annotations\": [{\"image_id\": 99999999999999999999999}]",
            "{\"categories\": [{\"id\": \"x\"}]}", "{\"categories\": [{\"id\": 99999999999}]}", "{\"annotations\": [NaN]}", "\u0000",
            "{\"annotations\": [{\"image_id\": 1, \"file_name\": \"a.png\", \"segments_info\": [{\"category_id\": 1}]}]}"})
    void panopticFilesThatAreWrong(String text) throws IOException {
        Path file = json(text);
        refusal(() -> CocoPanopticFile.open(file), "cannot read '", "file.json': line ");
        refusal(() -> CocoInstanceDataset.open(file), "cannot read '", "file.json': line ");
    }

    @Test
    void filesThatAreNone() throws IOException {
        refusal(() -> CocoPanopticFile.open(folder.resolve("absent.json")), "absent.json", "no such file");
        refusal(() -> CocoPanopticFile.open(folder), "folder");
        Path deep = json("{\"annotations\": " + "[".repeat(100_000));
        refusal(() -> CocoPanopticFile.open(deep), "file.json");
        Path deepAside = json("{\"info\": " + "[".repeat(100_000));
        refusal(() -> CocoPanopticFile.open(deepAside), "file.json");
    }

    @Test
    void picturesOfSegmentsStayInTheirFolder() throws IOException {
        Files.createDirectory(folder.resolve("file"));
        PngFile.write(RgbImage.ofRgb(new byte[18], 2, 3), folder.resolve("outside.png"));
        for (String name : List.of("../outside.png", "/etc/passwd", "a/../../outside.png", "", ".", "a\\u0000b")) {
            CocoPanopticFile file = CocoPanopticFile
                    .open(annotations("{\"image_id\": 5, \"file_name\": \"" + name + "\", \"segments_info\": []}"));
            refusal(() -> file.read("5"), "file.json", "is not in '");
        }
        CocoPanopticFile missing = CocoPanopticFile.open(annotations("{\"image_id\": 5, \"file_name\": \"a.png\", \"segments_info\": []}"));
        refusal(() -> missing.read("5"), "a.png", "no such file");
        refusal(() -> missing.read("6"), "file.json", "no annotation of picture 6", "--limit");
    }

    @Test
    void segmentsThatDoNotFitTheirPicture() throws IOException {
        Files.createDirectory(folder.resolve("file"));
        byte[] rgb = new byte[18];
        Arrays.fill(rgb, 0, 18, (byte) 0);
        rgb[0] = 1;
        PngFile.write(RgbImage.ofRgb(rgb, 2, 3), folder.resolve("file/a.png"));
        PanopticScorer scorer = new PanopticScorer(List.of(new PanopticScorer.Category(7, "road", false)));
        PanopticMap truth = panoptic(SEGMENT);
        refusal(() -> panoptic(SEGMENT + ", " + SEGMENT), "segment 1 is listed twice");
        refusal(() -> scorer.add("5", panoptic(""), truth), "segment 1 has pixels and is not listed");
        refusal(() -> scorer.add("5", panoptic(SEGMENT + ", " + SEGMENT.replace("\"id\": 1", "\"id\": 2")), truth),
                "segment 2 is listed and has no pixel");
        refusal(() -> scorer.add("5", panoptic(SEGMENT.replace("7", "8")), truth), "category 8", "not train ids");
        refusal(() -> scorer.add("5", new PanopticMap(1, 1, new int[1], List.of()), truth), "1x1", "2x3");
        refusal(() -> new PanopticScorer(List.of(new PanopticScorer.Category(7, "a", true), new PanopticScorer.Category(7, "b", true))),
                "category 7 is listed twice");
        assertEquals(0, scorer.scores().all().count(), "nothing of what is refused counts");
    }

    private PanopticMap panoptic(String segments) throws IOException {
        return CocoPanopticFile.open(annotations("{\"image_id\": 5, \"file_name\": \"a.png\", \"segments_info\": [" + segments + "]}"))
                .read("5");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"size\": [2, 3], \"counts\": [1, 4]}|have 5 pixels and not the picture's 2x3",
            "{\"size\": [2, 3], \"counts\": [1, 6, -1]}|negative",
            "{\"size\": [3, 2], \"counts\": [1, 5]}|are of 3x2 pixels, the picture has 2x3",
            "{\"size\": [2, 3], \"counts\": \"1\"}|have 1 pixels", "{\"size\": [2, 3], \"counts\": \"P\"}|damaged at character 1",
            "{\"size\": [2, 3], \"counts\": \"1 5\"}|damaged at character 1",
            "{\"size\": [2, 3], \"counts\": \"oooooooooo0\"}|damaged at character 7",
            "{\"size\": [2, 3], \"counts\": \"\"}|have 0 pixels", "{\"size\": [2, 3], \"counts\": []}|have 0 pixels", "[]|no polygon",
            "[[1, 1, 2]]|has 3 numbers", "[[1, 1, 2, 2]]|has 4 numbers", "[[1, 1, 2, 2, 1e30, 1]]|far outside"})
    void masksThatAreWrong(String segmentation, String why) throws IOException {
        CocoInstanceDataset dataset = CocoInstanceDataset
                .open(json(IMAGES + "{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"area\": 1, "
                        + "\"bbox\": [0, 0, 1, 1], \"segmentation\": " + segmentation + "}]}"));
        refusal(() -> dataset.objects(dataset.pictures().getFirst(), CocoInstanceScorer.Kind.MASKS), "file.json', picture 5: ", why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\": 0}", "{\"id\": 1, \"bbox\": [1, 2, 3]}", "{\"segmentation\": {\"size\": [2], \"counts\": []}}",
            "{\"segmentation\": {\"size\": [100000, 100000], \"counts\": []}}", "{\"segmentation\": {\"counts\": []}}",
            "{\"segmentation\": {\"size\": [2, 3]}}", "{\"segmentation\": 3}", "{\"segmentation\": {\"size\": [2, 3], \"counts\": [0.5]}}"})
    void annotationsThatAreWrong(String annotation) throws IOException {
        Path file = json(IMAGES + annotation + "]}");
        refusal(() -> CocoInstanceDataset.open(file), "cannot read '", "file.json': line ");
    }

    @Test
    void resultsThatAreWrong() throws IOException {
        CocoInstanceDataset dataset = CocoInstanceDataset.open(json(IMAGES + "]}"));
        Path results = folder.resolve("results.json");
        for (String text : List.of("{}", "[{\"image_id\": 6, \"category_id\": 1, \"score\": 1, \"bbox\": [0, 0, 1, 1]}]",
                "[{\"image_id\": 5, \"category_id\": 1, \"score\": 1}]", "[{\"image_id\": 5, \"category_id\": 1, \"bbox\": [0, 0, 1, 1]}]",
                "[{\"image_id\": 5, \"category_id\": 1, \"score\": \"high\", \"bbox\": [0, 0, 1, 1]}]")) {
            Files.writeString(results, text);
            refusal(() -> CocoInstanceResults.open(results, dataset), "cannot read '", "results.json': line ");
        }
    }

    @Test
    void layoutsThatAreWrong() {
        refusal(() -> CocoDataset.open(folder.resolve("nowhere"), "val2017"), "nowhere");
        refusal(() -> CocoDataset.open(folder, "val2017"), "annotations");
        CocoDataset dataset = CocoDataset.open(Expected.FIXTURES.resolve("coco"), "train2017");
        refusal(dataset::panoptic, "panoptic_train2017.json", "--split");
        refusal(dataset::instances, "instances_train2017.json", "--split");
        refusal(() -> dataset.panopticResults(folder), "no panoptic_train2017.json or panoptic.json");
        refusal(() -> dataset.picture("5", Optional.of("../../x.jpg")), "x.jpg", "is not in '");
        refusal(() -> CocoDataset.requireImages(List.of(new CocoDataset.Picture("5", folder.resolve("5.jpg")))), "5.jpg");
    }
}
