package dev.maskforge.cli;

import dev.maskforge.measure.Result;
import dev.maskforge.vision.PngFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge report`
class ReportCommandTest {
    private static final Path FIXTURES = Path.of(System.getProperty("maskforge.fixtures"));
    private static final String HOSTILE = "</td><script>alert(1)</script> | \"x\" [a](https://example.org) `b` www.example.org **c**";

    @TempDir
    private Path folder;

    private Path ours() throws IOException {
        return ReportExample.write(folder.resolve("ours.json"), ReportExample.ours());
    }

    private Path peers() throws IOException {
        return ReportExample.write(folder.resolve("peers.json"), ReportExample.peers());
    }

    private static Run report(Object... arguments) {
        Run run = Run.of(Stream.concat(Stream.of("report"), Stream.of(arguments)).toArray());
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return run;
    }

    private static Document page(Object... arguments) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(report(arguments).out().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
    }

    /// The rows of the table whose caption begins so, the headings first; groups have a row of one cell.
    private static List<List<String>> table(Document page, String caption) {
        Element table = elements(page, "table").stream()
                .filter(each -> each.getElementsByTagName("caption").item(0).getTextContent().startsWith(caption)).findFirst()
                .orElseThrow();
        NodeList rows = table.getElementsByTagName("tr");
        return IntStream.range(0, rows.getLength()).mapToObj(i -> cells((Element) rows.item(i))).toList();
    }

    private static List<String> cells(Element row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.getChildNodes().getLength(); i++) {
            cells.add(row.getChildNodes().item(i).getTextContent());
        }
        return cells;
    }

    private static String cell(List<List<String>> table, int row, String column) {
        return table.get(row).get(table.getFirst().indexOf(column));
    }

    @Test
    void figuresAreThoseOfTheFile() throws Exception {
        List<List<String>> table = table(page(ours(), peers()), "64x128, engine only");
        assertEquals(
                List.of("1 mask2former.pkl", "2 mask2former: pytorch eager", "3 mask2former: openvino, plain", "4 mask2former-fast.onnx",
                        "5 mask2former-same.onnx", "6 mask2former-slow.onnx"),
                table.stream().skip(1).map(List::getFirst).toList());
        assertEquals(List.of("100.0", "300.0", "150.0", "50.00", "102.0", "200.0"),
                IntStream.rangeClosed(1, 6).mapToObj(row -> cell(table, row, "p50")).toList());
        assertEquals(List.of("–", "0.33, not interleaved", "0.67, not interleaved", "2.00 ± 0 %, ahead", "0.98 ± 0 %, tie",
                "0.50 ± 0 %, behind"), IntStream.rangeClosed(1, 6).mapToObj(row -> cell(table, row, "Speed-up")).toList());
        // The floor is 40 ms, which our file says of the network, and of which other files' rows of the same network take their share.
        assertEquals(List.of("40.0 %", "13.3 %", "26.7 %", "–"),
                IntStream.rangeClosed(1, 4).mapToObj(row -> cell(table, row, "Of floor")).toList());
        assertEquals("10.00", cell(table, 1, "Images/s"));
        assertEquals("9", cell(table, 1, "Runs"));
    }

    @Test
    void oursStandBesideThePublishedOnes() throws Exception {
        List<List<String>> table = table(page(ours(), peers()), "Table 6.4: Mask2Former");
        List<String> published = table.stream().filter(row -> row.getFirst().equals("TensorRT, published")).findFirst().orElseThrow();
        // 26.32 ms without and 5.15 ms with an engine, from facts that were published; 180 images take 0.927 s.
        assertEquals(List.of("TensorRT, published", "with", "0.927", "194.2", "5.15", "5.11", "on other hardware, NVIDIA GeForce RTX 3090"),
                published);
        List<String> ofOurs = table.stream().filter(row -> row.getFirst().startsWith("mask2former-fast.onnx")).findFirst().orElseThrow();
        assertEquals(List.of("mask2former-fast.onnx, onnxruntime 1.0, fp32", "with", "9.180", "19.61", "51.00", "–",
                "here, Example CPU, 2 threads, 9 runs"), ofOurs);
        // Over PyTorch, in another run: 301 / 151 ms.
        List<String> openVino = table.stream().filter(row -> row.getFirst().contains("openvino")).findFirst().orElseThrow();
        assertEquals("1.99 ± 0 %, ahead", openVino.get(5));
        assertEquals(List.of("64x128", "128x256", "256x512", "512x1024"),
                table.stream().filter(row -> row.size() == 1).map(List::getFirst).toList());
    }

    /// A plain export, a plan and PyTorch on a GPU, by the names that tools/gpu gives them.
    @Test
    void whatGpusTookStandsBesideThePublished() throws Exception {
        Path engines = ReportExample.write(folder.resolve("engines.json"), List.of(
                ReportExample.onGpu("mask2former-r50-plain-64x128.onnx", "exports/mask2former-r50-plain-64x128.onnx", "tensorrt", "tf32", 1,
                        19),
                ReportExample.onGpu("mask2former-r50-fp16-64x128.plan", "plans/mask2former-r50-fp16-64x128.plan", "tensorrt", "fp16", 1, 4),
                ReportExample.onGpu("mask2former-r50-fp16-64x128-batch8.plan", "plans/mask2former-r50-fp16-64x128-batch8.plan", "tensorrt",
                        "fp16", 8, 15)));
        Path pytorch = ReportExample.write(folder.resolve("pytorch.json"),
                List.of(ReportExample.onGpu("pytorch eager, fp16", "models/mask2former-r50.pkl", "pytorch eager", "fp16", 1, 29),
                        ReportExample.onGpu("pytorch eager", "models/mask2former-r50.pkl", "pytorch eager", "fp32", 1, 39)));
        Document page = page(engines, pytorch);
        List<List<String>> table = table(page, "Table 6.4: Mask2Former");
        List<String> plan = table.stream().filter(row -> row.getFirst().startsWith("mask2former-r50-fp16-64x128.plan")).findFirst()
                .orElseThrow();
        // Over PyTorch in float32: 40 / 5 ms.
        assertEquals(List.of("with", "0.900", "200.0", "5.000"), plan.subList(1, 5));
        assertTrue(plan.get(5).startsWith("8.00,"), plan::toString);
        assertTrue(plan.get(6).startsWith("here, Example GPU, "), plan::toString);
        List<String> batch = table.stream().filter(row -> row.getFirst().contains("batch8")).findFirst().orElseThrow();
        assertEquals(List.of("500.0", "2.000", "–"), batch.subList(3, 6));
        assertEquals("4.75", cell(table(page, "64x128, engine only"), 2, "Speed-up").substring(0, 4));
    }

    /// 4, 16 and 64 ms for pixels of 1, 4 and 16 times; of plain exports each size is a file of its own. With one thread 32 ms
    /// where two take 16.
    @Test
    void growthIsFitted() throws Exception {
        List<Result> results = new ArrayList<>();
        for (int scale = 1; scale <= 4; scale *= 2) {
            String size = 64 * scale + "x" + 128 * scale;
            String name = "net-plain-" + size + ".onnx";
            results.add(ReportExample.result(name, name, "onnxruntime", size, 4L * scale * scale - 1));
        }
        results.add(ReportExample.withThreads(ReportExample.result("net-plain-128x256.onnx", "net-plain-128x256.onnx", "onnxruntime",
                "128x256", 31), 1));
        Document page = page(ReportExample.write(folder.resolve("sizes.json"), results));
        assertEquals(List.of(List.of("1 net-plain.onnx, 2 threads", "3", "8192 to 131072", "1.000", "0.0 %")),
                table(page, "How time grows with pixels").stream().skip(1).toList());
        assertEquals(List.of(List.of("1 net-plain.onnx, 128x256", "2", "1 to 2", "-1.000", "–")),
                table(page, "How time grows with threads").stream().skip(1).toList());
        assertEquals(3 + 2, elements(page, "svg").stream().filter(each -> each.getTextContent().startsWith("Milliseconds against"))
                .mapToInt(each -> each.getElementsByTagName("circle").getLength()).sum());
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        Document page = page(ours());
        String text = page.getDocumentElement().getTextContent();
        for (String said : List.of("Table 6.1: MaskFormer on a GPU (published only; none of ours)",
                "Table 6.6: Mask2Former on a Jetson (published only; none of ours)", "No result of 'maskforge compare' was given.",
                "No result of 'maskforge evaluate' was given.", "No pictures were given; see --pictures.",
                "Not drawn, since no file says how much there is to compute: 64x128, mask2former-fast.onnx")) {
            assertTrue(text.contains(said), said);
        }
        assertEquals("out of memory", cell(table(page, "Table 6.6"), 8, "An image, ms"));
    }

    @Test
    void modelsOfNoKnownNameAreInNoPublishedTable() throws Exception {
        Path file = ReportExample.write(folder.resolve("a.json"),
                List.of(ReportExample.result("net", "net.onnx", "onnxruntime", "64x128", 5)));
        String text = page(file).getDocumentElement().getTextContent();
        assertTrue(text.contains("Not in these tables, since no name tells MaskFormer or Mask2Former: net."), text);
    }

    @Test
    void otherDevicesAreNotCompared() throws Exception {
        Path here = ours();
        Path there = folder.resolve("there.json");
        ReportExample.write(there, ReportExample.peers());
        Files.writeString(there, Files.readString(there).replace("Example CPU", "Another CPU"));
        Document page = page(here, there);
        assertEquals("–", cell(table(page, "64x128, engine only"), 2, "Speed-up"));
        assertTrue(page.getDocumentElement().getTextContent().contains("those of different ones are not compared"));
    }

    @Test
    void theRoofRunsThroughNoLetters() throws Exception {
        Element chart = elements(page(ours()), "svg").stream().filter(each -> each.getAttribute("class").contains("roofline")).findFirst()
                .orElseThrow();
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < chart.getChildNodes().getLength(); i++) {
            kinds.add(((Element) chart.getChildNodes().item(i)).getAttribute("class"));
        }
        assertTrue(kinds.lastIndexOf("roof") < kinds.indexOf("mark"), kinds.toString());
    }

    /// Twice the threads are no faster engine.
    @Test
    void otherNumbersOfThreadsAreNotCompared() throws Exception {
        Path here = ours();
        Path there = ReportExample.write(folder.resolve("there.json"), ReportExample.peers());
        Files.writeString(there, Files.readString(there).replace("\"threads\" : 2", "\"threads\" : 4"));
        List<List<String>> table = table(page(here, there), "64x128, engine only");
        assertEquals("–", cell(table, 2, "Speed-up"));
        // The ceilings that the floor follows from are of two threads.
        assertEquals("–", cell(table, 2, "Of floor"));
        assertEquals("2.00 ± 0 %, ahead", cell(table, 4, "Speed-up"));
    }

    @Test
    void anotherPrecisionThanFloat32IsNamedWhereverThereAreTimes() throws Exception {
        Path file = ours();
        Files.writeString(file, Files.readString(file).replaceFirst("\"precision\" : \"fp32\"", "\"precision\" : \"tf32\""));
        Document page = page(file);
        for (String table : List.of("64x128, image to labels", "64x128, engine only", "64x128, mean milliseconds", "64x128, before")) {
            assertEquals("1 mask2former.pkl, tf32", table(page, table).get(1).getFirst());
            assertEquals("2 mask2former-fast.onnx", table(page, table).get(2).getFirst());
        }
    }

    @Test
    void theNameThatStandsLastSaysTheArchitecture() throws Exception {
        Path file = ReportExample.write(folder.resolve("a.json"),
                List.of(ReportExample.result("onnxruntime", "MaskFormer/checkpoints/mask2former-r50.pkl", "onnxruntime", "64x128", 5)));
        Document page = page(file);
        assertTrue(table(page, "Table 6.4: Mask2Former").stream().anyMatch(row -> row.getFirst().startsWith("mask2former-r50: ")));
        assertTrue(table(page, "Table 6.1: MaskFormer").stream().noneMatch(row -> row.getFirst().startsWith("mask2former-r50: ")));
    }

    /// A name that turns the text around it would show other figures than there are.
    @Test
    void namesDoNotTurnTheTextAroundThem() throws Exception {
        Path file = ReportExample.write(folder.resolve("a.json"),
                List.of(ReportExample.result("net\u202e\u2066", "net.onnx", "onnxruntime", "64x128", 5)));
        for (String format : List.of("html", "markdown")) {
            String text = report(file, "--format", format).out();
            assertTrue(text.contains("net\ufffd\ufffd"), format);
            assertFalse(text.matches("(?s).*[\u202a-\u202e\u2066-\u2069].*"), format);
        }
    }

    @Test
    void tablesAndChartsCanBeReadByThoseWhoDoNotSee() throws Exception {
        Document page = page(ours(), peers());
        List<Element> tables = elements(page, "table");
        assertEquals(6 + 2 * 4 + 1 + 1 + 1 + 2, tables.size());
        for (Element table : tables) {
            assertFalse(table.getElementsByTagName("caption").item(0).getTextContent().isBlank());
            NodeList headings = table.getElementsByTagName("th");
            for (int i = 0; i < headings.getLength(); i++) {
                assertTrue(List.of("col", "row", "rowgroup").contains(((Element) headings.item(i)).getAttribute("scope")));
            }
        }
        List<Element> charts = elements(page, "svg");
        assertEquals(2 * 3 + 1 + 1, charts.size());
        for (Element chart : charts) {
            assertEquals("img", chart.getAttribute("role"));
            assertFalse(chart.getElementsByTagName("title").item(0).getTextContent().isBlank());
            assertFalse(chart.getElementsByTagName("desc").item(0).getTextContent().isBlank());
        }
    }

    @Test
    void picturesOfOneNameStandTogether() throws Exception {
        for (String file : List.of("64x128/engine/street.color.png", "64x128/engine/street.labels.png", "64x128/engine/street.overlay.png",
                "64x128/input/street.png", "64x128/without attention/street.png", "256x512/truth/street_gtFine_color.png",
                "256x512/engine/street_leftImg8bit.color.png", "256x512/difference/street_leftImg8bit.difference.png")) {
            Path path = folder.resolve("pictures").resolve(file);
            Files.createDirectories(path.getParent());
            PngFile.write(Small.picture(), path);
        }
        Document page = page(ours(), "--pictures", folder.resolve("pictures"));
        assertEquals(List.of("input of street at 64x128", "engine of street at 64x128", "without attention of street at 64x128",
                "engine of street at 256x512", "truth of street at 256x512", "difference of street at 256x512"),
                elements(page, "img").stream().map(image -> image.getAttribute("alt")).toList());
    }

    @Test
    void comparisonsAndEvaluationsGiveTheirTables() throws Exception {
        Path picture = Small.png(folder.resolve("street.png"));
        Path compared = folder.resolve("compared.json");
        Run compare = Run.of("compare", Small.checkpoint("mask2former-r50"), Small.checkpoint("mask2former-r50"), picture, "--size",
                "64x128",
                "--deformable-attention-b", "gather", "--layers", "--min-agreement", "0.999", "-o", compared, "-q");
        assertEquals(ExitCode.DONE, compare.exit(), compare.err());
        Path scored = folder.resolve("scored.json");
        Run evaluate = Run.of("evaluate", "--dataset", "cityscapes", "--root", FIXTURES.resolve("evaluation/cityscapes"), "--predictions",
                FIXTURES.resolve("evaluation/cityscapes-results/labels"), "-o", scored);
        assertEquals(ExitCode.DONE, evaluate.exit(), evaluate.err());
        Document page = page(compared, scored);
        List<List<String>> comparisons = table(page, "Comparisons with references");
        assertEquals("8192", cell(comparisons, 1, "Pixels"));
        assertEquals("passed, 0.999 is the least", cell(comparisons, 1, "Says"));
        String text = page.getDocumentElement().getTextContent();
        assertTrue(text.contains("No layer differs on"));
        assertTrue(text.matches(
                "(?s).*Comparison 1.*checkpoint.pkl, onnxruntime, .*, held against .*checkpoint.pkl, onnxruntime, .*: passed, 0.999 is the least.*"),
                text);
        List<List<String>> scores = table(page, "cityscapes val, semantic");
        // The command prints the same means below its classes.
        String means = evaluate.out().lines().filter(line -> line.startsWith("all ")).findFirst().orElseThrow();
        List<String> row = scores.stream().filter(each -> each.getFirst().equals("mean of classes")).findFirst().orElseThrow();
        assertEquals(List.of(means.split(" +", -1)).subList(1, 3), row.subList(1, 3));
    }

    @Test
    void theFormsOfScoresAreKnown() throws Exception {
        Path file = folder.resolve("scores.json");
        Files.writeString(file, """
                {"dataset": "x", "split": "val", "pictures": 2, "predictions": "p", "seconds": 1.0, "scores": {
                "panoptic": {"All": {"n": 1, "pq": 0.5, "rq": 0.6, "sq": 0.7}, "Stuff": {"n": 0, "pq": null, "rq": null, "sq": null},
                "Things": {"n": 1, "pq": 0.5, "rq": 0.6, "sq": 0.7}, "per_class": {"7": {"pq": 0.5, "rq": 0.6, "sq": 0.7}}},
                "instance": {"AP": 0.25, "AP50": -1, "per_class": {"3": 0.25}},
                "semantic": {"mIoU": 41.5, "fwIoU": 50.0, "IoU-wall": 41.5, "mACC": 60.0, "pACC": 70.0, "ACC-wall": null}}}
                """);
        Document page = page(file);
        assertEquals(List.of(List.of("Class", "PQ", "SQ", "RQ"), List.of("category 7", "50.0", "70.0", "60.0"),
                List.of("All", "50.0", "70.0", "60.0"), List.of("Things", "50.0", "70.0", "60.0"), List.of("Stuff", "–", "–", "–")),
                table(page, "x val, panoptic, 2 pictures: p"));
        assertEquals(List.of(List.of("Class", "AP", "AP50"), List.of("category 3", "25.0", "–"), List.of("all", "25.0", "–")),
                table(page, "x val, instance"));
        assertEquals(List.of("wall", "41.5", "–"), table(page, "x val, semantic").get(1));
        assertEquals(List.of("mean", "41.5", "60.0"), table(page, "x val, semantic").get(2));
    }

    /// What the format allows and no machine does: a nanosecond, and rates beyond all numbers.
    @Test
    void strangeFiguresMakeAPage() throws Exception {
        Result first = ReportExample.withFloor(ReportExample.result("mask2former a", "a.onnx", "onnxruntime", "64x128", 1));
        Path file = ReportExample.write(folder.resolve("strange.json"),
                List.of(first, ReportExample.result("mask2former b", "b.onnx", "pytorch", "64x128", 7)));
        Files.writeString(file, Files.readString(file).replace("1.0E11", "1.7E308").replace("1000000,", "1,").replace("1000000 ", "1 "));
        Document page = page(file);
        assertEquals("0.00 ± 0 %, behind", cell(table(page, "64x128, engine only"), 2, "Speed-up"));
        for (Element element : elements(page, "*")) {
            for (String attribute : List.of("x", "y", "x1", "y1", "width", "height", "cx", "cy")) {
                assertFalse(element.getAttribute(attribute).matches(".*(NaN|Infinity).*"), element.getTagName());
            }
        }
    }

    private Path hostile() throws IOException {
        Result result = ReportExample.withFloor(ReportExample.result(HOSTILE, HOSTILE, HOSTILE, "64x128", 5));
        return ReportExample.write(folder.resolve("hostile.json"), List.of(result));
    }

    @Test
    void namesMeanThemselvesInAPage() throws Exception {
        Document page = page(hostile());
        assertEquals(0, page.getElementsByTagName("script").getLength());
        assertEquals("1 " + HOSTILE, table(page, "64x128, engine only").get(1).getFirst());
        for (Element element : elements(page, "*")) {
            NamedNodeMap attributes = element.getAttributes();
            for (int i = 0; i < attributes.getLength(); i++) {
                String name = attributes.item(i).getNodeName();
                String value = attributes.item(i).getNodeValue();
                assertFalse(name.startsWith("on"), name);
                assertTrue(!name.equals("href") || value.startsWith("#"), value);
                assertTrue(!name.equals("src") || value.startsWith("data:image/"), value);
            }
        }
        String style = elements(page, "style").getFirst().getTextContent();
        assertFalse(style.contains("url(") || style.contains("@import"), style);
    }

    @Test
    void namesMeanThemselvesInMarkdown() throws Exception {
        String text = report(hostile(), "--format", "markdown").out();
        assertFalse(text.contains("<"), text);
        assertFalse(text.matches("(?s).*(?<!\\\\)\\]\\(.*") || text.contains("https://") || text.contains("www."), text);
        assertTablesAreEven(text);
    }

    @Test
    void markdownHasTheTables() throws Exception {
        String text = report(ours(), peers(), "--format", "markdown").out();
        assertTablesAreEven(text);
        assertTrue(text.lines().anyMatch(line -> line.startsWith("| 4 mask2former-fast.onnx | 9 | 50.00 |")), text);
        assertTrue(text.lines().anyMatch(line -> line.equals("| **64x128** | | | | | | |")), text);
        assertTrue(text.lines().anyMatch("**64x128, engine only, milliseconds a run**"::equals), text);
    }

    /// Every table has a rule below its headings, and every row as many cells as that.
    private static void assertTablesAreEven(String markdown) {
        List<String> lines = markdown.lines().toList();
        int tables = 0;
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).matches("\\|( -+:? \\|)+")) {
                tables++;
                int columns = bars(lines.get(i));
                for (int row = i - 1; row < lines.size() && lines.get(row).startsWith("|"); row++) {
                    assertEquals(columns, bars(lines.get(row)), lines.get(row));
                }
                assertEquals("", lines.get(i - 2), "a table needs an empty line above it");
            }
        }
        assertNotEquals(0, tables);
    }

    private static int bars(String line) {
        return line.replaceAll("\\\\.", "").replaceAll("[^|]", "").length();
    }

    @Test
    void isWrittenWhole() throws Exception {
        Path target = folder.resolve("report.html");
        Run run = report(ours(), "-o", target);
        assertEquals("", run.out());
        assertEquals(List.of("written to " + target), run.errors());
        assertEquals(report(ours()).out(), Files.readString(target));
    }

    static Stream<Arguments> wrongFiles() {
        String a = "\"a\": {\"path\": \"x\", \"kind\": \"labels\"}";
        return Stream.of(Arguments.of("{", "is no JSON"), Arguments.of("[]", "no result that a report can be made of"),
                Arguments.of("{\"version\": 2, \"results\": []}", "its version is 2"),
                Arguments.of("{\"comparedAt\": \"picture\", \"agreement\": {}, " + a + ", \"b\": 3}", "'b' is no object"),
                Arguments.of(
                        "{\"comparedAt\": \"picture\", \"agreement\": {\"pixels\": -1}, " + a + ", " + a.replace("\"a\"", "\"b\"") + "}",
                        "'agreement.pixels' is no number of something"),
                Arguments.of("{\"dataset\": 1, \"scores\": {}}", "'dataset' is no text"));
    }

    @ParameterizedTest
    @MethodSource("wrongFiles")
    void wrongFilesAreRefusedInALine(String text, String why) throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.json"), text);
        assertRefused(why, file);
    }

    @Test
    void whatCannotBeIsRefusedInALine() throws IOException {
        Path file = ours();
        assertRefused("there is no such file", folder.resolve("absent.json"));
        assertRefused("it is a folder", folder);
        assertRefused("would replace what the report is made of", file, "-o", file);
        assertRefused("lay them out as SIZE/KIND/NAME.png", file, "--pictures", folder);
        assertRefused("cannot be read", file, "--pictures", folder.resolve("absent"));
        Path picture = folder.resolve("pictures/64x128/input/a.png");
        Files.createDirectories(picture.getParent());
        Files.writeString(picture, "no picture");
        assertRefused("a.png", file, "--pictures", folder.resolve("pictures"));
    }

    private static void assertRefused(String why, Object... arguments) {
        Run run = Run.of(Stream.concat(Stream.of("report"), Stream.of(arguments)).toArray());
        assertEquals(ExitCode.FAILED, run.exit(), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains(why), run.err());
        assertEquals("", run.out());
    }
}
