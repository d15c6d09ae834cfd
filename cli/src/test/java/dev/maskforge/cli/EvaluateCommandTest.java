package dev.maskforge.cli;

import dev.maskforge.evaluation.CityscapesLabel;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge evaluate` on the datasets of tools/fixtures/make_evaluation.py.
class EvaluateCommandTest {
    private static final Path FIXTURES = Path.of(Objects.requireNonNull(System.getProperty("maskforge.fixtures")), "evaluation");
    private static final Path CITYSCAPES = FIXTURES.resolve("cityscapes");
    private static final Path CHECKPOINT = Small.checkpoint("mask2former-r50");
    /// Opened faster.
    private static final Path SEMANTIC = Small.checkpoint("maskformer-r50");
    private static final JsonMapper PYTHONS_JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    /// The scripts add the same numbers in another order.
    private static final double TOLERANCE = 1e-9;

    @TempDir
    private Path folder;

    private static Run evaluate(String dataset, Path root, Object... more) {
        return Run.of(Stream.concat(Stream.of("evaluate", "--dataset", dataset, "--root", root), Stream.of(more)).toArray());
    }

    private static JsonNode official(Path file) throws IOException {
        return PYTHONS_JSON.readTree(Files.readString(file));
    }

    private static JsonNode scores(Run run) {
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return new JsonMapper().readTree(run.out()).get("scores");
    }

    @ParameterizedTest
    @CsvSource({"semantic, cityscapes-results/labels, resultPixelLevelSemanticLabeling.json, averageScoreClasses",
            "panoptic, cityscapes-results, resultPanopticSemanticLabeling.json, All",
            "instance, cityscapes-results/instances, resultInstanceLevelSemanticLabeling.json, averages"})
    void resultsOfAnotherToolGetTheOfficialScoresAndFile(String metric, Path results, String file, String member) throws IOException {
        Run run = evaluate("cityscapes", CITYSCAPES, "--predictions", FIXTURES.resolve(results), "--metrics", metric, "--official",
                folder.resolve("official"), "-o", folder.resolve("scores.json"), "--json", "-q");
        assertEquals("", run.err());
        JsonNode expected = official(FIXTURES.resolve(file));
        JsonNode written = official(folder.resolve("official").resolve(file));
        assertEquals(new TreeSet<>(expected.propertyNames()), new TreeSet<>(written.propertyNames()));
        assertSame(expected.get(member), written.get(member));
        assertSame(expected.get(member), scores(run).get(metric).get(member));
        JsonNode facts = new JsonMapper().readTree(Files.readString(folder.resolve("scores.json")));
        assertEquals(new JsonMapper().readTree(run.out()), facts);
        assertEquals(5, facts.get("pictures").asInt());
        assertEquals("val", facts.get("split").asString());
    }

    /// Where Python has NaN, strict JSON has null.
    private static void assertSame(JsonNode expected, JsonNode actual) {
        if (expected.isObject()) {
            expected.propertyNames().forEach(name -> assertSame(expected.get(name), actual.get(name)));
        } else if (actual.isNull()) {
            assertTrue(Double.isNaN(expected.doubleValue()), expected.toString());
        } else {
            assertEquals(expected.doubleValue(), actual.doubleValue(), TOLERANCE);
        }
    }

    /// One run of the network answers all three, and what it answers gets the scores that the files of it get.
    @Test
    void aModelIsScoredAsWhatSegmentWritesOfIt() throws IOException {
        Object[] options = {CHECKPOINT, "--task", "panoptic", "--size", "32x64", "--object-mask-threshold", "0", "--overlap-threshold",
                "0",
                "-q"};
        Path written = folder.resolve("written");
        for (String city : List.of("ashby", "birk")) {
            Run segment = Run.of(Stream.concat(Stream.of("segment"), Stream.concat(Stream.of(options), Stream.of(
                    CITYSCAPES.resolve("leftImg8bit/val").resolve(city), "-o", written.resolve(city), "--save",
                    "labels,panoptic,instances")))
                    .toArray());
            assertEquals(new Run(ExitCode.DONE, "", ""), segment);
        }
        JsonNode ofModel = scores(evaluate("cityscapes", CITYSCAPES, Stream.concat(Stream.of(options), Stream.of("--json")).toArray()));
        assertEquals(List.of("semantic", "panoptic", "instance"), List.copyOf(ofModel.propertyNames()));
        JsonNode ofFiles = scores(evaluate("cityscapes", CITYSCAPES, "--predictions", written, "--metrics", "semantic,instance", "--json"));
        assertEquals(ofFiles.get("semantic"), ofModel.get("semantic"));
        assertEquals(ofFiles.get("instance"), ofModel.get("instance"));
        assertTrue(ofModel.get("semantic").get("averageScoreClasses").asDouble() > 0);
        JsonNode limited = scores(evaluate("cityscapes", CITYSCAPES,
                Stream.concat(Stream.of(options), Stream.of("--json", "--limit", 3, "--metrics", "panoptic")).toArray()));
        JsonNode ofSegments = scores(evaluate("cityscapes", CITYSCAPES, "--predictions", written.resolve("ashby"), "--metrics", "panoptic",
                "--limit", 3, "--json"));
        assertEquals(ofSegments.get("panoptic"), limited.get("panoptic"));
        assertTrue(limited.get("panoptic").get("All").get("n").asInt() > 3);
    }

    /// Of one size, into which pictures are fitted.
    @Test
    void aConvertedFileIsScoredAsItsCheckpoint() throws IOException {
        Path file = folder.resolve("model.onnx");
        assertEquals(ExitCode.DONE,
                Run.of("convert", "-q", SEMANTIC, "-o", file, "--size", "32x64", "--output", "scores", "--batch", "1").exit());
        JsonNode ofFile = scores(evaluate("cityscapes", CITYSCAPES, file, "--json", "-q")).get("semantic");
        JsonNode ofCheckpoint = scores(evaluate("cityscapes", CITYSCAPES, SEMANTIC, "--size", "32x64", "--json", "-q")).get("semantic");
        double difference = Math.abs(ofFile.get("averageScoreClasses").asDouble() - ofCheckpoint.get("averageScoreClasses").asDouble());
        System.out.println("mIoU of the file is off by " + difference);
        // A pixel of 20,000 where two classes are level.
        assertEquals(0, difference, 1e-4);
        assertTrue(ofFile.get("averageScoreClasses").asDouble() > 0);
    }

    @Test
    void cocoAndAde20kHaveLayoutsOfTheirOwn() throws IOException {
        Path results = Files.createDirectory(folder.resolve("results"));
        Files.copy(FIXTURES.resolve("coco-results/segm.json"), results.resolve("instances.json"));
        Files.copy(FIXTURES.resolve("coco-results/panoptic_val2017.json"), results.resolve("panoptic.json"));
        Files.createDirectory(results.resolve("panoptic"));
        try (Stream<Path> pictures = Files.list(FIXTURES.resolve("coco-results/panoptic_val2017"))) {
            for (Path picture : pictures.toList()) {
                Files.copy(picture, results.resolve("panoptic").resolve(picture.getFileName()));
            }
        }
        JsonNode coco = scores(
                evaluate("coco", FIXTURES.resolve("coco"), "--predictions", results, "--metrics", "panoptic,instance", "--json"));
        assertSame(official(FIXTURES.resolve("coco-panoptic.json")), coco.get("panoptic"));
        assertEquals(official(FIXTURES.resolve("coco-instances.json")).get("segm").get("stats").get(0).asDouble(),
                coco.get("instance").get("AP").asDouble(), TOLERANCE);
        JsonNode ade20k = scores(
                evaluate("ade20k", FIXTURES.resolve("ade20k"), "--predictions", FIXTURES.resolve("ade20k-results"), "--json"));
        assertEquals(official(FIXTURES.resolve("ade20k.json")).get("mIoU").asDouble(), ade20k.get("semantic").get("mIoU").asDouble(),
                TOLERANCE);
    }

    /// The small model's 19 classes, with ids of the fixtures' categories.
    private Path classes(int... ids) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int trainId = 0; trainId < 19; trainId++) {
            int id = ids[trainId % ids.length];
            lines.append("class ").append(trainId).append('\t').append(id).append("\t1\t2\t3\t").append(id < 92 ? "thing" : "stuff")
                    .append('\n');
        }
        return Files.writeString(folder.resolve("classes.tsv"), lines);
    }

    @Test
    void modelsAnswerForCocoAndAde20kToo() throws IOException {
        Path coco = folder.resolve("coco");
        Path source = FIXTURES.resolve("coco/annotations");
        Files.createDirectories(coco.resolve("annotations/panoptic_val2017"));
        Files.createDirectories(coco.resolve("val2017"));
        for (String file : List.of("panoptic_val2017.json", "instances_val2017.json")) {
            Files.copy(source.resolve(file), coco.resolve("annotations").resolve(file));
        }
        for (int i = 100; i < 105; i++) {
            String name = "panoptic_val2017/000000000" + i + ".png";
            Files.copy(source.resolve(name), coco.resolve("annotations").resolve(name));
            RgbImage segments = ImageFile.read(source.resolve(name));
            ImageIO.write(segments.toBufferedImage(), "jpg", coco.resolve("val2017/000000000" + i + ".jpg").toFile());
        }
        Object[] options = {"--size", "32x32", "--json", "--limit", 2};
        JsonNode both = scores(
                evaluate("coco", coco, Stream.concat(Stream.of(options), Stream.of(CHECKPOINT, "--task", "panoptic", "--classes",
                        classes(1, 18, 90, 92, 149, 187), "--object-mask-threshold", "0", "--overlap-threshold", "0")).toArray()));
        assertTrue(both.get("panoptic").get("All").get("n").asInt() > 3, both.toString());
        assertTrue(both.get("instance").get("AP").asDouble() >= 0, both.toString());
        JsonNode labels = scores(evaluate("ade20k", FIXTURES.resolve("ade20k"),
                Stream.concat(Stream.of(options), Stream.of(SEMANTIC, "--classes", classes(1, 5, 9, 20, 30, 44))).toArray()));
        assertTrue(labels.get("semantic").get("mIoU").asDouble() >= 0, labels.toString());
    }

    @Test
    void peopleGetATableAndALineAPicture() {
        Run run = evaluate("cityscapes", CITYSCAPES, "--predictions", FIXTURES.resolve("cityscapes-results/labels"));
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals(5, run.errors().size(), run.err());
        assertTrue(run.errors().getFirst().matches("1/5 ashby_000000_000019: \\d+ ms"), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals("                 IoU   iIoU", lines.getFirst());
        assertTrue(lines.contains("road            44.1      -"), run.out());
        assertTrue(lines.contains("bus              0.0    0.0"), run.out());
        assertTrue(lines.contains("train              -      -"), run.out());
        assertEquals("all             42.4   43.7", lines.get(20), run.out());
        assertEquals("categories      49.9   57.6", lines.getLast(), run.out());
    }

    @Test
    void whatAModelCannotBeScoredForIsRefusedBeforeThePictures() {
        assertRefused(evaluate("ade20k", FIXTURES.resolve("ade20k"), SEMANTIC),
                "the model's class 'class 0' has id 0, which no class of ADE20K has; take a model");
        assertRefused(evaluate("cityscapes", CITYSCAPES, SEMANTIC, "--metrics", "panoptic"),
                "is trained for semantic output, of which there is no panoptic score, only semantic; if it is trained for another task");
        assertRefused(evaluate("cityscapes", folder, SEMANTIC), "gtFine");
        assertRefused(evaluate("cityscapes", CITYSCAPES, folder.resolve("absent.pkl")), "absent.pkl");
    }

    @Test
    void trainIdsInResultsAreNamed() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        LabelMap truth = LabelFile.read(CITYSCAPES.resolve("gtFine/val/ashby/ashby_000000_000019_gtFine_labelIds.png"));
        byte[] trainIds = new byte[truth.pixels()];
        for (int pixel = 0; pixel < trainIds.length; pixel++) {
            trainIds[pixel] = (byte) CityscapesLabel.all().get(truth.at(pixel)).trainId().orElse(0);
        }
        PngFile.writeLabels(LabelMap.ofBytes(trainIds, truth.height(), truth.width()), ClassList.generated(19), LabelIds.TRAIN,
                out.resolve("ashby_000000_000019.png"));
        assertRefused(evaluate("cityscapes", CITYSCAPES, "--predictions", out, "--limit", 1), "for 'ashby_000000_000019' holds train ids");
        assertRefused(evaluate("cityscapes", CITYSCAPES, "--predictions", out, "--limit", 2),
                "there is no label map ashby_000001_000021*.png; predict all pictures");
    }

    @Test
    void resultsThatAreMissingAreNamed() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Path labels = FIXTURES.resolve("cityscapes-results/labels");
        for (String number : List.of("000000_000019", "000001_000021", "000002_000023")) {
            Files.copy(labels.resolve("ashby_" + number + "_pred.png"), out.resolve("ashby_" + number + ".png"));
        }
        assertRefused(evaluate("cityscapes", CITYSCAPES, "--predictions", out),
                "there is no label map birk_000000_000020*.png, nor any other of the city birk; predict all pictures");
        assertRefused(evaluate("cityscapes", CITYSCAPES, "--predictions", out, "--metrics", "instance"),
                "no list of objects ashby_000000_000019*.txt");
        assertRefused(evaluate("cityscapes", CITYSCAPES, "--predictions", out, "--metrics", "panoptic"), "no cityscapes_panoptic_val.json");
    }

    private static void assertRefused(Run run, String why) {
        assertEquals(ExitCode.FAILED, run.exit(), run.out());
        assertEquals("", run.out());
        assertTrue(run.errors().getLast().startsWith("maskforge: ") && run.err().contains(why), run.err());
        assertTrue(!run.err().contains("fault in Maskforge"), run.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--root a                                            | Give either a MODEL or --predictions=DIR",
            "m --predictions p --dataset cityscapes --root a      | Give either a MODEL or --predictions=DIR",
            "m --root a                                           | Missing required option: '--dataset=NAME', one of cityscapes, coco, ade20k",
            "m --dataset mapillary-vistas --root a                | there are no metrics for 'mapillary-vistas', but for cityscapes, coco, ade20k",
            "m --dataset coco --root a --metrics semantic         | there is no 'semantic' for coco, but panoptic, instance",
            "m --dataset cityscapes --root a --metrics depth      | --metrics",
            "m --dataset cityscapes --root a --limit 0            | 0 is less than one picture",
            "m --dataset cityscapes --root a --engine tensorflow  | there is no 'tensorflow', but",
            "m --dataset cityscapes                               | Missing required option: '--root=DIR'"})
    void wrongCommandLinesAreToldWhatIsWrong(String arguments, String message) {
        Run run = Run.of((Object[]) ("evaluate " + arguments).split(" +", -1));
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertTrue(run.errors().getFirst().contains(message), run.err());
    }
}
