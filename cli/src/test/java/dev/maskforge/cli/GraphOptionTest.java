package dev.maskforge.cli;

import dev.maskforge.measure.MeasurementFile;
import dev.maskforge.measure.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `--graph`: optimised or authored, wherever a checkpoint's network runs or is written.
class GraphOptionTest {
    private static final Path CHECKPOINT = Small.checkpoint("mask2former-r50");

    @TempDir
    private Path folder;

    @Test
    void eachFormIsARowOfTheBenchmark() {
        Path target = folder.resolve("result.json");
        Run run = Run.of("bench", CHECKPOINT, "--graph", "optimised,authored", "--sizes", "64x128", "--warmup", "0", "--runs", "3",
                "--ceilings", "none", "-o", target, "--min-agreement", "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals(List.of("checkpoint.pkl, optimised", "checkpoint.pkl, authored"),
                MeasurementFile.read(target).results().stream().map(Result::subject).toList());
    }

    /// Leaving a pass out changes no label, and neither does merging products.
    @Test
    void eachPassIsARowOfTheBenchmark() {
        Path target = folder.resolve("passes.json");
        Run run = Run.of("bench", CHECKPOINT, "--each-pass", "--sizes", "64x128", "--warmup", "0", "--runs", "3", "--ceilings", "none",
                "-o",
                target, "--min-agreement", "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        List<String> rows = MeasurementFile.read(target).results().stream().map(Result::subject).toList();
        assertEquals(List.of("checkpoint.pkl, optimised", "checkpoint.pkl, authored"), rows.subList(0, 2));
        for (String row : List.of("without fold batch normalisation into convolutions", "without compare logits instead of probabilities",
                "with merge products of cross-attention")) {
            assertTrue(rows.contains("checkpoint.pkl, " + row), rows::toString);
        }
        for (Result result : MeasurementFile.read(target).results()) {
            assertEquals("checkpoint.pkl as authored, onnxruntime", result.fidelity().orElseThrow().reference());
        }
    }

    @Test
    void eachPassIsOfOneEngineAndFloatingPoint() {
        for (List<String> more : List.of(List.of("--graph", "authored"), List.of("--precision", "int8"),
                List.of("--engine", "onnxruntime,reference"))) {
            List<Object> words = new ArrayList<>(List.of("bench", CHECKPOINT, "--each-pass"));
            words.addAll(more);
            Run run = Run.of(words.toArray());
            assertEquals(ExitCode.USAGE, run.exit(), run.err());
            assertTrue(run.err().contains("Invalid value for option '" + more.getFirst() + "'"), run.err());
        }
    }

    @Test
    void theFormsOfOneCheckpointAgree() {
        Run run = Run.of("compare", CHECKPOINT, CHECKPOINT, Small.png(folder.resolve("street.png")), "--size", "64x128", "--graph-b",
                "authored", "--min-agreement", "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertFalse(run.errors().get(0).contains(", graph "), run.err());
        assertTrue(run.errors().get(1).endsWith(", graph authored"), run.err());
    }

    @Test
    void bothFormsGiveTheSameLabels() throws IOException {
        Path picture = Small.png(folder.resolve("street.png"));
        assertArrayEquals(labels(picture, "optimised"), labels(picture, "authored"));
    }

    private byte[] labels(Path picture, String form) throws IOException {
        Path target = folder.resolve(form);
        Run run = Run.of("segment", CHECKPOINT, picture, "-o", target, "--save", "labels", "--size", "64x128", "--graph", form);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return Files.readAllBytes(target.resolve("street.labels.png"));
    }

    @Test
    void filesAreWrittenInTheFormThatIsAskedFor() throws IOException {
        assertFalse(converted("optimised").contains("BatchNormalization"));
        assertTrue(converted("authored").contains("BatchNormalization"));
    }

    private String converted(String form) throws IOException {
        Path target = folder.resolve(form + ".onnx");
        assertEquals(ExitCode.DONE, Run.of("convert", "-q", CHECKPOINT, "-o", target, "--size", "64x128", "--graph", form).exit());
        return Files.readString(target, StandardCharsets.ISO_8859_1);
    }

    @Test
    void otherFormsAreNamed() {
        Run run = Run.of("convert", CHECKPOINT, "-o", folder.resolve("x.onnx"), "--graph", "faster");
        assertEquals(ExitCode.USAGE, run.exit());
        assertTrue(run.errors().getFirst().contains("--graph"), run.err());
    }
}
