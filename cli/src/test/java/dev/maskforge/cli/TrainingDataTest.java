package dev.maskforge.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What is said of a checkpoint that tells what it was trained on.
class TrainingDataTest {
    private static final String NOTICE = "knows only what it was trained on: ";

    @TempDir
    private Path folder;

    private Run segment(Path checkpoint) {
        return Run.of("segment", checkpoint, Small.png(folder.resolve("photo.png")), "-o", folder.resolve("out"), "--size", "64x128");
    }

    @Test
    void segmentSaysItInALine() throws IOException {
        Path checkpoint = CheckpointCopy.of(Small.checkpoint("maskformer-r50")).saying("training_data", "drawn \33[31m streets only")
                .save(folder.resolve("narrow.pkl"));
        Run run = segment(checkpoint);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals(4, run.errors().size(), run.err());
        assertTrue(run.errors().get(1).startsWith(NOTICE + "drawn ") && run.errors().get(1).endsWith(" streets only"), run.err());
        assertFalse(run.err().contains("\33"), run.err());
        assertTrue(Run.of("inspect", checkpoint).out().contains("training_data: drawn "));
    }

    @Test
    void aLongTextIsCut() throws IOException {
        Path checkpoint = CheckpointCopy.of(Small.checkpoint("maskformer-r50")).saying("training_data", "x".repeat(900))
                .save(folder.resolve("long.pkl"));
        assertEquals(NOTICE + "x".repeat(200) + "...", segment(checkpoint).errors().get(1));
    }

    @Test
    void theConvertedFileSaysItToo() throws IOException {
        Path checkpoint = CheckpointCopy.of(Small.checkpoint("maskformer-r50")).saying("training_data", "drawn streets only")
                .save(folder.resolve("narrow.pkl"));
        Path onnx = folder.resolve("narrow.onnx");
        assertEquals(ExitCode.DONE, Run.of("convert", checkpoint, "-o", onnx, "--size", "64x128").exit());
        String bytes = Files.readString(onnx, StandardCharsets.ISO_8859_1);
        int key = bytes.indexOf("maskforge.training_data");
        assertTrue(key >= 0 && bytes.indexOf("drawn streets only", key) > 0);
    }

    @Test
    void othersSayNothing() {
        assertFalse(segment(Small.checkpoint("maskformer-r50")).err().contains(NOTICE));
    }
}
