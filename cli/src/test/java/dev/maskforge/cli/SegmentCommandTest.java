package dev.maskforge.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge segment`
class SegmentCommandTest {
    private static final Path CHECKPOINT = Small.checkpoint("maskformer-r50");

    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void target() {
        target = folder.resolve("new/maps");
    }

    private Run segment(Object... more) {
        return Run.of(Stream.concat(Stream.of("segment", CHECKPOINT, "-o", target, "--size", "64x128"), Stream.of(more)).toArray());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    @Test
    void aPictureBecomesAllKinds() throws IOException {
        Run run = segment(Small.png(folder.resolve("street.png")));
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", run.out());
        assertEquals(3, run.errors().size(), run.err());
        assertTrue(run.errors().getFirst().matches("MaskFormer, ResNet-50, .*; onnxruntime, fp32, \\d+ threads?"), run.err());
        assertTrue(run.errors().get(1).matches("1/1 .*street\\.png: 64x128, \\w[\\w ]* \\d+ %.*; \\d+ ms \\(decode .*"), run.err());
        assertEquals("written to " + target, run.errors().get(2));
        assertEquals(List.of("street.color.png", "street.labels.png", "street.overlay.png"), names(target));
        for (String name : names(target)) {
            BufferedImage image = ImageIO.read(target.resolve(name).toFile());
            // An overlay has a legend beside the picture.
            assertTrue(name.contains("overlay") ? image.getWidth() > 128 : image.getWidth() == 128, name);
            assertTrue(image.getHeight() >= 64, name);
        }
    }

    @Test
    void aFolderAndFilesOfOneName() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Small.png(pictures.resolve("b.png"));
        Small.jpeg(pictures.resolve("a.JPG"));
        Files.writeString(pictures.resolve("notes.txt"), "no picture");
        Path other = Small.png(Files.createDirectory(folder.resolve("other")).resolve("b.png"));
        Path emoji = Small.png(folder.resolve("süß.png"));
        Run run = segment(pictures, other, emoji, "--save", "labels", "-q");
        assertEquals(new Run(ExitCode.DONE, "", ""), run);
        assertEquals(List.of("a.labels.png", "b-2.labels.png", "b.labels.png", "süß.labels.png"), names(target));
    }

    @Test
    void labelsHaveTheNumbersThatAreAskedFor() throws IOException {
        Path picture = Small.png(folder.resolve("street.png"));
        assertEquals(ExitCode.DONE, segment(picture, "--save", "LABELS,color", "-q").exit());
        assertEquals(List.of("street.color.png", "street.labels.png"), names(target));
        BufferedImage dataset = ImageIO.read(target.resolve("street.labels.png").toFile());
        assertEquals(ExitCode.DONE, segment(picture, "--save", "labels", "--label-ids", "train", "-q").exit());
        BufferedImage train = ImageIO.read(target.resolve("street.labels.png").toFile());
        // Cityscapes' ids of its 19 classes, by train id (cityscapesScripts, labels.py).
        int[] ids = {7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33};
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 128; x++) {
                assertEquals(ids[train.getRaster().getSample(x, y, 0)], dataset.getRaster().getSample(x, y, 0));
            }
        }
    }

    @Test
    void machinesAreToldAllOfIt() throws IOException {
        Path good = Small.png(folder.resolve("good.png"));
        Path bad = Files.writeString(folder.resolve("bad.png"), "bad");
        Run run = segment(good, bad, "--json", "--threads", "1", "--save", "labels");
        assertEquals(ExitCode.FAILED, run.exit());
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertEquals(List.of("checkpoint", "engine", "precision", "threads", "graph", "pictures"), List.copyOf(facts.propertyNames()));
        assertEquals("onnxruntime", facts.get("engine").asString());
        assertEquals(1, facts.get("threads").asInt());
        JsonNode first = facts.get("pictures").get(0);
        assertEquals(List.of("picture", "height", "width", "pixels", "seconds", "files"), List.copyOf(first.propertyNames()));
        assertEquals(64 * 128, first.get("pixels").values().stream().mapToInt(JsonNode::asInt).sum());
        assertEquals(List.of("decode", "preprocess", "compute", "postprocess", "write"), List.copyOf(first.get("seconds").propertyNames()));
        assertTrue(Files.exists(Path.of(first.get("files").get("labels").asString())));
        JsonNode second = facts.get("pictures").get(1);
        assertEquals(List.of("picture", "error"), List.copyOf(second.propertyNames()));
        assertEquals(bad.toString(), second.get("picture").asString());
    }

    @Test
    void oneBadPictureLeavesTheOthersDone() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Small.png(pictures.resolve("a.png"));
        Files.writeString(pictures.resolve("b.png"), "not a picture");
        Small.png(pictures.resolve("c.png"));
        Run run = segment(pictures, "-q", "--save", "labels");
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(2, run.errors().size(), run.err());
        assertTrue(run.errors().getFirst().contains("b.png': it is no picture by its first bytes"), run.err());
        assertEquals("maskforge: 1 of 3 pictures failed; the others are done", run.errors().get(1));
        assertEquals(List.of("a.labels.png", "c.labels.png"), names(target));
        Run traced = segment(pictures, "-q", "-v", "--save", "labels");
        assertTrue(traced.err().contains("\tat dev.maskforge.vision."), traced.err());
    }

    @Test
    void nothingIsMadeWhereNothingIsDone() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.png"), "bad");
        assertEquals(ExitCode.FAILED, segment(bad).exit());
        assertFalse(Files.exists(target.getParent()));
        Run run = Run.of("segment", folder.resolve("missing.pkl"), Small.png(folder.resolve("good.png")), "-o", target);
        assertEquals(ExitCode.FAILED, run.exit());
        assertFalse(Files.exists(target.getParent()));
    }

    @Test
    void aConvertedFileIsAModelToo() throws IOException {
        Path picture = Small.png(folder.resolve("street.png"));
        Path file = folder.resolve("model.onnx");
        assertEquals(ExitCode.DONE, Run.of("convert", "-q", CHECKPOINT, "-o", file, "--size", "64x128").exit());
        Run run = Run.of("segment", file, picture, "-o", target, "--save", "labels,overlay");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertTrue(
                run.errors().getFirst().matches("MaskFormer, ResNet-50, .*, 19 classes, semantic, cityscapes \\(ONNX\\); onnxruntime, .*"),
                run.err());
        Path other = folder.resolve("other");
        assertEquals(ExitCode.DONE,
                Run.of("segment", CHECKPOINT, picture, "-o", other, "--size", "64x128", "--save", "labels", "-q").exit());
        // The same network on the same engine, with its head in the graph: ties may round the other way.
        int different = different(target.resolve("street.labels.png"), other.resolve("street.labels.png"));
        System.out.println("pixels that differ between checkpoint and file: " + different);
        assertTrue(different <= 8, "pixels that differ: " + different);
        Run panoptic = Run.of("segment", file, picture, "-o", target, "--save", "panoptic");
        assertEquals(ExitCode.FAILED, panoptic.exit());
        assertTrue(panoptic.err().contains("'--output raw'"), panoptic.err());
        byte[] foreign = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replace("maskforge.", "somebody..")
                .getBytes(StandardCharsets.ISO_8859_1);
        Run refused = Run.of("segment", Files.write(folder.resolve("foreign.onnx"), foreign), picture, "-o", target);
        assertEquals(ExitCode.FAILED, refused.exit());
        assertEquals(1, refused.errors().size(), refused.err());
        assertTrue(refused.err().contains("'maskforge optimize', 'bench' and 'compare' take the files of others"), refused.err());
    }

    @Test
    void oneEngineRunsHere() throws IOException {
        Run run = segment(Small.png(folder.resolve("street.png")), "--engine", "onnxruntime,reference");
        assertEquals(ExitCode.USAGE, run.exit());
        assertTrue(run.err().contains("one engine runs here, not 2; 'bench' takes several"), run.err());
    }

    private static int different(Path labels, Path others) throws IOException {
        BufferedImage ours = ImageIO.read(labels.toFile());
        BufferedImage theirs = ImageIO.read(others.toFile());
        int different = 0;
        for (int pixel = 0; pixel < 64 * 128; pixel++) {
            int x = pixel % 128;
            int y = pixel / 128;
            different += ours.getRaster().getSample(x, y, 0) == theirs.getRaster().getSample(x, y, 0) ? 0 : 1;
        }
        return different;
    }

    @Test
    void theReferenceEngineSaysTheSame() throws IOException {
        Path picture = Small.png(folder.resolve("street.png"));
        Path other = folder.resolve("reference");
        assertEquals(ExitCode.DONE, segment(picture, "--save", "labels", "-q").exit());
        assertEquals(ExitCode.DONE,
                Run.of("segment", CHECKPOINT, picture, "-o", other, "--size", "64x128", "--save", "labels", "-q", "--engine", "reference")
                        .exit());
        int different = different(target.resolve("street.labels.png"), other.resolve("street.labels.png"));
        System.out.println("pixels that differ between the engines: " + different);
        // Where two classes are level, rounding decides: at most one pixel in a thousand of this picture.
        assertTrue(different <= 8, "pixels that differ: " + different);
    }
}
