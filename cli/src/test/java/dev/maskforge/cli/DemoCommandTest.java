package dev.maskforge.cli;

import dev.maskforge.vision.ClassList;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge demo`, small.
class DemoCommandTest {
    /// Of a run for machines, which several tests look at.
    @TempDir
    private static Path common;
    private static JsonNode commonFacts = new JsonMapper().nullNode();

    @TempDir
    private Path folder;

    @BeforeAll
    static void runOnce() {
        Run run = demo(common, "--json", "-q");
        assertEquals("", run.err());
        commonFacts = facts(run);
    }

    private static Run demo(Path target, Object... more) {
        return Run.of(Stream.concat(Stream.of("demo", "-o", target, "--size", "64x128", "--scenes", "2", "--runs", "3"), Stream.of(more))
                .toArray());
    }

    private static JsonNode facts(Run run) {
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return new JsonMapper().readTree(run.out());
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    @Test
    void peopleAreShownTheWay() throws IOException {
        Path target = folder.resolve("my demo");
        Run run = demo(target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        List<String> steps = List.of("converted .*maskformer\\.onnx: \\d+ nodes, .*", "converted .*mask2former\\.onnx: .*",
                "drew 2 streets of 64x128 .*", "segmented them with MaskFormer: mIoU .*", "segmented them with Mask2Former: mIoU .*",
                "measured 3 runs of each model", "done in \\d+\\.\\d s");
        assertEquals(steps.size(), run.errors().size(), run.err());
        for (int i = 0; i < steps.size(); i++) {
            assertTrue(run.errors().get(i).matches(steps.get(i)), run.errors().get(i));
        }
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.contains("The report: " + target.resolve("report.html")), run.out());
        List<String> commands = lines.subList(lines.indexOf("Try next:") + 1, lines.size());
        assertEquals(3, commands.size(), run.out());
        for (String command : commands) {
            Run tried = Run.of(words(command).toArray());
            assertEquals(ExitCode.DONE, tried.exit(), command + ": " + tried.err());
        }
        assertEquals(
                List.of("instances.json", "instances/street-1000000_pred.txt", "instances/street-1000001_pred.txt",
                        "street-1000000.overlay.png", "street-1000001.overlay.png"),
                files(target.resolve("instances")).stream().filter(name -> !name.matches("instances/.*png")).toList());
    }

    /// As a shell splits them, without the program's name.
    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Pattern.compile("'([^']*)'|(\\S+)").matcher(command).results()
                .forEach(match -> words.add(match.group(1) == null ? match.group(2) : match.group(1)));
        assertEquals("maskforge", words.removeFirst());
        return words;
    }

    @Test
    void machinesAreToldAllOfIt() throws IOException {
        JsonNode facts = commonFacts;
        assertEquals(List.of("engine", "precision", "threads", "height", "width", "seeds", "models", "report", "seconds"),
                List.copyOf(facts.propertyNames()));
        assertEquals("[1000000,1000001]", facts.get("seeds").toString());
        assertTrue(Files.exists(Path.of(facts.get("report").asString())));
        assertEquals(2, facts.get("models").size());
        List<String> names = List.of("MaskFormer", "Mask2Former");
        Set<String> classes = new HashSet<>(
                ClassList.ofDataset("cityscapes").orElseThrow().classes().stream().map(each -> each.name()).toList());
        for (int i = 0; i < 2; i++) {
            JsonNode model = facts.get("models").get(i);
            assertEquals(names.get(i), model.get("model").asString());
            assertEquals(classes, new HashSet<>(model.get("IoU").propertyNames()));
            double sum = 0;
            int known = 0;
            for (JsonNode score : model.get("IoU")) {
                if (!score.isNull()) {
                    assertTrue(score.asDouble() >= 0 && score.asDouble() <= 1, score.toString());
                    sum += score.asDouble();
                    known++;
                }
            }
            // The same mean, summed in another order at most.
            assertEquals(sum / known, model.get("mIoU").asDouble(), 1e-12);
            for (String way : List.of("imageToLabels", "engine")) {
                JsonNode latency = model.get("latency").get(way);
                assertEquals(List.of("runs", "minimum", "mean", "p50", "p90", "p99", "coefficientOfVariation"),
                        List.copyOf(latency.propertyNames()));
                assertEquals(3, latency.get("runs").asInt());
                assertTrue(0 < latency.get("minimum").asDouble() && latency.get("p50").asDouble() <= latency.get("p90").asDouble()
                        && latency.get("p90").asDouble() <= latency.get("p99").asDouble(), latency.toString());
            }
            assertTrue(model.get("latency").get("engine").get("p50").asDouble() < model.get("latency").get("imageToLabels").get("p50")
                    .asDouble());
            assertTrue(model.get("labelsSha256").asString().matches("[0-9a-f]{64}"));
            assertTrue(Files.size(Path.of(model.get("onnx").asString())) > 100_000);
            for (JsonNode scene : model.get("files")) {
                for (JsonNode file : scene) {
                    assertTrue(Files.exists(Path.of(file.asString())), file.asString());
                }
            }
        }
    }

    @Test
    void twiceGivesTheSameLabelMaps() throws IOException {
        Path first = common;
        Path second = folder;
        JsonNode other = facts(demo(second, "--json"));
        for (int i = 0; i < 2; i++) {
            assertEquals(commonFacts.get("models").get(i).get("labelsSha256"), other.get("models").get(i).get("labelsSha256"));
            assertEquals(commonFacts.get("models").get(i).get("IoU"), other.get("models").get(i).get("IoU"));
        }
        assertEquals(files(first), files(second));
        List<String> pictures = files(first).stream().filter(file -> file.endsWith(".png")).toList();
        assertTrue(pictures.size() >= 2 * (1 + 1 + 3 + 4), pictures.toString());
        for (String file : pictures) {
            assertEquals(-1, Files.mismatch(first.resolve(file), second.resolve(file)), file);
        }
        // Two streets, not one drawn twice.
        assertTrue(Files.mismatch(first.resolve("scenes/street-1000000.png"), first.resolve("scenes/street-1000001.png")) >= 0);
    }

    @Test
    void scenesOfAnEarlierRunDoNotStay() throws IOException {
        Object[] one = {"demo", "-o", folder, "--size", "64x128", "--scenes", "1", "--runs", "3", "-q"};
        assertEquals(ExitCode.DONE, Run.of(one).exit());
        List<String> alone = files(folder);
        for (String file : files(common)) {
            Files.createDirectories(Objects.requireNonNull(folder.resolve(file).getParent()));
            Files.copy(common.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        assertTrue(files(folder).size() > alone.size());
        Path foreign = Files.writeString(folder.resolve("scenes/street-7.notes.txt"), "mine");
        assertEquals(ExitCode.DONE, Run.of(one).exit());
        Files.delete(foreign);
        assertEquals(alone, files(folder));
    }

    @Test
    void truthsAreCityscapesLabels() throws IOException {
        BufferedImage truth = ImageIO.read(common.resolve("truth/street-1000000.labels.png").toFile());
        assertEquals(128, truth.getWidth());
        Set<Integer> ids = new HashSet<>();
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 128; x++) {
                ids.add(truth.getRaster().getSample(x, y, 0));
            }
        }
        assertTrue(ids.contains(7) && ids.stream().allMatch(id -> id >= 0 && id < 34), ids.toString());
    }

    @Test
    void theReportStandsAlone() throws Exception {
        Path report = Path.of(commonFacts.get("report").asString());
        String html = Files.readString(report);
        assertTrue(Files.size(report) < 6_000_000, () -> html.length() + " characters");
        Document page = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
        // Scene, truth, two models, panoptic; of two streets.
        NodeList pictures = page.getElementsByTagName("img");
        assertEquals(2 * 5, pictures.getLength());
        for (int i = 0; i < pictures.getLength(); i++) {
            Element picture = (Element) pictures.item(i);
            assertTrue(picture.getAttribute("src").startsWith("data:image/"));
            assertTrue(picture.getAttribute("alt").contains("street 100000"), picture.getAttribute("alt"));
            assertEquals("128", picture.getAttribute("width"));
            assertEquals("64", picture.getAttribute("height"));
        }
        String withoutPictures = html.replaceAll("data:image/[^\"]*", "");
        for (String loading : List.of("http:", "https:", "//", "url(", "@import", "<script", "<link", "srcset")) {
            assertFalse(withoutPictures.contains(loading), loading);
        }
        NodeList tables = page.getElementsByTagName("table");
        assertEquals(4, tables.getLength());
        for (int i = 0; i < tables.getLength(); i++) {
            assertEquals(1, ((Element) tables.item(i)).getElementsByTagName("caption").getLength());
        }
        Element accuracy = (Element) tables.item(0);
        assertEquals(1 + 19 + 1, accuracy.getElementsByTagName("tr").getLength());
        Element legend = (Element) page.getElementsByTagName("ul").item(0);
        assertEquals(19 + 1, legend.getElementsByTagName("li").getLength());
        // Two ways of timing of two models, three runs each.
        assertEquals(2 * 2 * 3, page.getElementsByTagName("circle").getLength());
    }

    @Test
    void withoutItsSamplesItSaysHowToStart() {
        String folderOfSamples = System.getProperty(Samples.FOLDER_PROPERTY);
        try {
            System.setProperty(Samples.FOLDER_PROPERTY, folder.resolve("none").toString());
            Run run = demo(folder);
            assertEquals(ExitCode.FAILED, run.exit());
            assertTrue(
                    run.err().matches("maskforge: the sample models are not here: there is no folder '.*none'; start Maskforge by .*\\R"),
                    run.err());
        } finally {
            System.setProperty(Samples.FOLDER_PROPERTY, folderOfSamples);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIntoIsToldBeforeTheWork() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Run run = demo(file);
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains("is a file; name a folder to write into"), run.err());
    }
}
