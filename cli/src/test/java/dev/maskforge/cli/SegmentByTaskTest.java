package dev.maskforge.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge segment` with models of panoptic and instance segmentation.
class SegmentByTaskTest {
    private static final Path CHECKPOINT = Small.checkpoint("mask2former-r50");

    @TempDir
    private Path folder;

    private Path target() {
        return folder.resolve("out");
    }

    private Run segment(Path checkpoint, Object... more) {
        Path picture = Small.png(folder.resolve("000000000042.png"));
        return Run.of(
                Stream.concat(Stream.of("segment", checkpoint, picture, "-o", target(), "--size", "64x128"), Stream.of(more)).toArray());
    }

    private List<String> written() throws IOException {
        try (Stream<Path> files = Files.walk(target())) {
            return files.filter(Files::isRegularFile).map(file -> target().relativize(file).toString()).sorted().toList();
        }
    }

    private JsonNode json(String file) throws IOException {
        return new JsonMapper().readTree(Files.readString(target().resolve(file)));
    }

    /// What the file of all pictures says of a picture is what its own picture shows.
    @Test
    void panopticSegmentsAreAsCocoReadsThem() throws IOException {
        Run run = segment(CHECKPOINT, "--task", "panoptic", "--object-mask-threshold", "0", "--overlap-threshold", "0", "--json");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertTrue(run.errors().get(1).matches("1/1 .*: 64x128, \\d+ segments? \\(.*\\); .*"), run.err());
        assertEquals(List.of("000000000042.overlay.png", "panoptic.json", "panoptic/000000000042.png"), written());
        JsonNode annotation = json("panoptic.json").get("annotations").get(0);
        assertEquals(42, annotation.get("image_id").asInt());
        assertEquals("000000000042.png", annotation.get("file_name").asString());
        assertEquals(19, json("panoptic.json").get("categories").size());
        Map<Integer, Integer> areas = new HashMap<>();
        BufferedImage ids = ImageIO.read(target().resolve("panoptic/000000000042.png").toFile());
        for (int pixel = 0; pixel < 64 * 128; pixel++) {
            int rgb = ids.getRGB(pixel % 128, pixel / 128);
            areas.merge((rgb >> 16 & 0xff) + ((rgb & 0xff00) | (rgb & 0xff) << 16), 1, Integer::sum);
        }
        areas.remove(0);
        Map<Integer, Integer> told = new HashMap<>();
        annotation.get("segments_info").forEach(segment -> told.put(segment.get("id").asInt(), segment.get("area").asInt()));
        assertEquals(areas, told);
        assertTrue(told.size() > 1, told.toString());
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertEquals(told.size(), facts.get("pictures").get(0).get("segments").size());
        assertEquals(target().resolve("panoptic.json").toString(), facts.get("files").get("panoptic").asString());
    }

    @Test
    void instancesAreAsCocoAndCityscapesReadThem() throws IOException {
        Run run = segment(CHECKPOINT, "--task", "instance", "--detections-per-image", "7", "-q");
        assertEquals(new Run(ExitCode.DONE, "", ""), run);
        JsonNode instances = json("instances.json");
        assertEquals(7, instances.size());
        for (JsonNode instance : instances) {
            assertEquals(List.of(64, 128), instance.get("segmentation").get("size").values().stream().map(JsonNode::asInt).toList());
            assertEquals(42, instance.get("image_id").asInt());
        }
        List<String> lines = Files.readAllLines(target().resolve("instances/000000000042_pred.txt"));
        for (String line : lines) {
            String mask = line.split(" ", -1)[0];
            assertTrue(new TreeSet<>(written()).contains("instances/" + mask), line);
        }
        assertTrue(!lines.isEmpty() && lines.size() <= 7, lines.toString());
    }

    @Test
    void aPanopticModelGivesLabelsAndInstancesToo() throws IOException {
        Run run = segment(CHECKPOINT, "--task", "panoptic", "--save", "labels,color,panoptic,instances", "--object-mask-threshold", "0.1",
                "-q");
        assertEquals(new Run(ExitCode.DONE, "", ""), run);
        assertTrue(written().containsAll(List.of("000000000042.labels.png", "000000000042.color.png", "panoptic/000000000042.png",
                "instances.json")), written().toString());
    }

    @Test
    void whatAModelDoesNotGiveIsRefusedBeforeThePicture() {
        assertRefused(segment(CHECKPOINT, "--task", "instance", "--save", "labels"),
                "is trained for instance output, of which no 'labels'");
        assertRefused(segment(CHECKPOINT, "--save", "panoptic"), "is trained for semantic output, of which no 'panoptic'");
        assertRefused(segment(Small.checkpoint("maskformer-r50"), "--task", "panoptic", "--save", "instances"),
                "save labels, color, overlay, panoptic instead");
    }

    private void assertRefused(Run run, String why) {
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains(why), run.err());
        assertTrue(Files.notExists(target()));
    }

    @Test
    void thresholdsHaveRanges() {
        for (List<String> wrong : List.of(List.of("--object-mask-threshold", "1.5"), List.of("--overlap-threshold", "-0.1"),
                List.of("--overlap-threshold", "NaN"), List.of("--detections-per-image", "0"))) {
            Run run = segment(CHECKPOINT, wrong.toArray());
            assertEquals(ExitCode.USAGE, run.exit(), wrong.toString());
            assertTrue(run.err().contains("must be"), run.err());
        }
    }

    @Test
    void classesAndConfigurationComeFromFiles() throws IOException {
        Path names = Files.writeString(folder.resolve("names.txt"), "asphalt\tstuff\n" + "thing %d\tthing\n".repeat(18).formatted(
                Stream.iterate(1, i -> i + 1).limit(18).toArray()));
        Path configuration = Files.writeString(folder.resolve("own.yaml"),
                "MODEL:\n  META_ARCHITECTURE: MaskFormer\n  MASK_FORMER:\n    TEST:\n      PANOPTIC_ON: True\n      OBJECT_MASK_THRESHOLD: 0.0\n      OVERLAP_THRESHOLD: 0.0\n");
        Run run = segment(CHECKPOINT, "--config", configuration, "--classes", names, "--save", "panoptic,labels", "--json");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        JsonNode picture = new JsonMapper().readTree(run.out()).get("pictures").get(0);
        picture.get("segments").forEach(segment -> assertTrue(segment.get("class").asString().matches("asphalt|thing \\d+"), run.out()));
        assertTrue(picture.get("segments").size() > 0, run.out());
        Path few = Files.writeString(folder.resolve("few.txt"), "road\ncar\n");
        assertRefusedInOneLine(segment(CHECKPOINT, "--classes", few), "has 2 of them, the model 19");
        assertRefusedInOneLine(segment(CHECKPOINT, "--config", folder.resolve("missing.yaml")), "missing.yaml");
    }

    private static void assertRefusedInOneLine(Run run, String why) {
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains(why), run.err());
    }
}
