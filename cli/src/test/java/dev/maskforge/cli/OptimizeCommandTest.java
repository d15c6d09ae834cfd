package dev.maskforge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OptimizeCommandTest {
    @TempDir
    private Path folder;

    private static Path export(String name) {
        return Path.of(System.getProperty("maskforge.fixtures"), "exports", name + ".onnx");
    }

    @Test
    void writesAFileThatSaysTheSameAndShowsWhatEachPassDid() {
        Path target = folder.resolve("fast.onnx");
        Run run = Run.of("optimize", export("maskformer-scores-opset16"), "-o", target, "-v");
        assertEquals(0, run.exit(), run.err());
        assertTrue(Files.isRegularFile(target));
        assertTrue(run.err().lines().anyMatch(line -> line.matches("recognise attention +3 +0 +\\d+ +\\d+ +\\d+")), run.err());
        assertTrue(run.err().contains("the convolution does more than mix the channels of a pixel"), run.err());
        assertTrue(run.err().lines().anyMatch(line -> line.matches("scores: \\S+ relative, .*")), run.err());
        assertEquals("", run.out());
    }

    @Test
    void answersInJson() {
        Run run = Run.of("optimize", export("mask2former-raw-dynamo"), "-o", folder.resolve("fast.onnx"), "--json");
        assertEquals(0, run.exit(), run.err());
        assertEquals("", run.err());
        JsonNode answer = new JsonMapper().readTree(run.out());
        assertTrue(answer.get("written").asBoolean());
        assertEquals(2, answer.get("outputs").size());
        assertTrue(answer.get("outputs").get(0).get("relativeError").asDouble() <= 1e-5);
        assertTrue(answer.get("passes").size() > 10);
        assertFalse(answer.get("optimizedNodes").has("Einsum"));
        assertTrue(answer.get("nodes").has("Einsum"));
    }

    @Test
    void wrongUseIsUsage() {
        assertEquals(2, Run.of("optimize", export("mask2former-raw-dynamo")).exit());
        assertEquals(2, Run.of("optimize", export("mask2former-raw-dynamo"), "-o", "x.onnx", "--size", "65x97").exit());
    }
}
