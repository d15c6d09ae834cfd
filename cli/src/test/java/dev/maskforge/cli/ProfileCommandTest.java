package dev.maskforge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge profile` on a small model, by the engine that needs no GPU to tell how long its layers take.
class ProfileCommandTest {
    private static final Path CHECKPOINT = Small.checkpoint("mask2former-r50");

    @TempDir
    private static Path folder;

    private static Path file;

    @BeforeAll
    static void convert() {
        file = folder.resolve("labels.onnx");
        Run run = Run.of("convert", "-q", CHECKPOINT, "-o", file, "--size", "64x128", "--output", "labels");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
    }

    @Test
    void partsAndLayersAddUp() throws IOException {
        Path target = folder.resolve("profile.json");
        Run run = Run.of("profile", file, "--engine", "reference", "--warmup", 0, "--runs", 1, "--threads", 1, "--ceilings", "none", "-o",
                target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        for (String row : new String[]{"backbone, stage 2 ", "pixel decoder, encoder layer 0 ", "pixel decoder, feature pyramid ",
                "transformer decoder, layer 0 ", "head ", "all, layer by layer ", "all, in one go "}) {
            assertTrue(run.out().lines().anyMatch(line -> line.startsWith(row)), () -> row + " is missing in " + run.out());
        }
        JsonNode profile = JsonMapper.shared().readTree(Files.readString(target));
        assertEquals("reference", profile.path("engine").asString());
        assertEquals(64, profile.path("height").asInt());
        JsonNode found = profile.path("profile");
        double parts = 0;
        for (JsonNode part : found.path("parts")) {
            parts += part.path("milliseconds").asDouble();
        }
        double layers = 0;
        for (JsonNode layer : found.path("layers")) {
            layers += layer.path("milliseconds").asDouble();
        }
        assertEquals(found.path("layersMilliseconds").asDouble(), parts, 1e-6);
        assertEquals(parts, layers, 1e-6);
        assertTrue(parts > 0 && found.path("engineMilliseconds").asDouble() > 0, profile::toString);
    }

    @Test
    void floorsFollowFromOperationsBytesAndCeilings() throws IOException {
        Path target = folder.resolve("floors.json");
        Run run = Run.of("profile", file, "--engine", "reference", "--warmup", 0, "--runs", 1, "--threads", 1, "--reference", CHECKPOINT,
                "-o", target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        JsonNode profile = JsonMapper.shared().readTree(Files.readString(target));
        JsonNode ceilings = profile.path("ceilings");
        double flops = Math.max(ceilings.path("productFlopsPerSecond").asDouble(), ceilings.path("convolutionFlopsPerSecond").asDouble());
        double bytes = ceilings.path("copiedBytesPerSecond").asDouble();
        int counted = 0;
        for (JsonNode part : profile.path("profile").path("parts")) {
            if (part.path("productFlops").isNumber()) {
                double floor = 1e3
                        * Math.max(part.path("productFlops").asDouble() / flops, part.path("compulsoryBytes").asDouble() / bytes);
                assertEquals(floor, part.path("floorMilliseconds").asDouble(), 1e-6 * floor, part::toString);
                counted += floor > 0 ? 1 : 0;
            }
        }
        assertTrue(counted > 10, () -> run.out());
        assertTrue(profile.path("profile").path("floorMilliseconds").asDouble() > 0, profile::toString);
    }

    @Test
    void operationsAreKnownWithoutCeilings() throws IOException {
        Path target = folder.resolve("counted.json");
        Run run = Run.of("profile", file, "--engine", "reference", "--warmup", 0, "--runs", 1, "--threads", 1, "--reference", CHECKPOINT,
                "--ceilings", "none", "-o", target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        JsonNode profile = JsonMapper.shared().readTree(Files.readString(target));
        assertEquals("profile", profile.path("command").path(1).asString());
        JsonNode stem = profile.path("profile").path("parts").path(0);
        for (JsonNode part : profile.path("profile").path("parts")) {
            stem = part.path("name").asString().equals("backbone, stem") ? part : stem;
        }
        assertTrue(stem.path("productFlops").asLong() > 0 && stem.path("floorMilliseconds").isNull(), stem::toString);
    }

    @Test
    void whatCannotBeProfiledIsTold() {
        Run other = Run.of("profile", file, "--engine", "reference", "--size", "32x64", "--ceilings", "none");
        assertEquals(ExitCode.FAILED, other.exit());
        assertTrue(other.errors().getLast().contains("does not take 32x64"), other.err());
        Run checkpoint = Run.of("profile", CHECKPOINT, "--ceilings", "none");
        assertTrue(checkpoint.errors().getLast().contains("is neither a .plan nor an .onnx file"), checkpoint.err());
        assertEquals(ExitCode.USAGE, Run.of("profile", file, "--engine", "reference,onnxruntime", "--ceilings", "none").exit());
    }

    @Test
    void anEngineThatDoesNotTellIsSaid() {
        Run run = Run.of("profile", file, "--warmup", 0, "--runs", 1, "--ceilings", "none");
        assertEquals(ExitCode.FAILED, run.exit());
        assertTrue(run.err().contains("does not tell how long its layers take"), run.err());
        assertEquals(ExitCode.USAGE, Run.of("profile", file, "--runs", 0).exit());
    }
}
