package dev.maskforge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge scenes`
class ScenesCommandTest {
    @TempDir
    private Path folder;

    @Test
    void writesCityscapesLayout() throws IOException {
        Run run = Run.of("scenes", "--count", 3, "--size", "48x96", "--seed", 999_999, "-o", folder, "--split", "train");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", run.out());
        List<String> lines = run.errors();
        assertEquals("1/3", lines.getFirst());
        assertTrue(lines.getLast().matches("3 scenes of 48x96 in \\d+\\.\\d s, written to .*"), lines.getLast());
        assertEquals(List.of("forge_000000_999999_leftImg8bit.png", "forge_000001_000000_leftImg8bit.png",
                "forge_000001_000001_leftImg8bit.png"), names(folder.resolve("leftImg8bit/train/forge")));
        assertEquals(3 * 4, names(folder.resolve("gtFine/train/forge")).size());
    }

    @Test
    void equalSeedsGiveEqualFilesWithAnyNumberOfThreads() throws IOException {
        Path other = folder.resolve("other");
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("scenes", "--count", 2, "--size", "40x64", "-o", folder, "--threads", 2, "-q"));
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("scenes", "--count", 2, "--size", "40x64", "-o", other, "--threads", 1, "-q"));
        for (String name : names(folder.resolve("leftImg8bit/val/forge"))) {
            assertArrayEquals(Files.readAllBytes(folder.resolve("leftImg8bit/val/forge").resolve(name)),
                    Files.readAllBytes(other.resolve("leftImg8bit/val/forge").resolve(name)));
        }
    }

    @Test
    void saysTheSameToMachines() {
        Run run = Run.of("scenes", "--count", 2, "--size", "32x48", "--seed", 5, "-o", folder, "--json", "-q");
        assertEquals("", run.err());
        JsonNode answer = new JsonMapper().readTree(run.out());
        assertEquals(2, answer.get("count").asInt());
        assertEquals(32, answer.get("height").asInt());
        assertEquals(48, answer.get("width").asInt());
        assertEquals(5, answer.get("seed").asInt());
        assertEquals("val", answer.get("split").asString());
        assertEquals(2, answer.get("pictures").size());
        for (JsonNode picture : answer.get("pictures")) {
            assertTrue(Files.isRegularFile(Path.of(picture.asString())), picture.asString());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "--count 0 | Invalid value for option '--count': 0 is not from 1 to 1000000",
            "--count 1 --size 256 | Invalid value for option '--size': '256' is not a size; write height and width as 256x512",
            "--count 1 --size 8x512 | Invalid value for option '--size': 8x512 has a side that is not from 32 to 8192",
            "--count 2 --seed 999999999999 | Invalid value for option '--seed': 999999999999 is not from 0 to 999999999998",
            "--count 1 --seed -1 | Invalid value for option '--seed': -1 is not from 0 to 999999999999",
            "--count 1 --split ../x | Invalid value for option '--split': '../x' is not a name of letters, digits, '_' and '-'",
            "--count 1 --threads 0 | Invalid value for option '--threads': 0 is not from 1 to 1024"})
    void refusesWhatMakesNoSense(String arguments, String message) throws IOException {
        Run run = Run.of(Stream.concat(Stream.of("scenes", "-o", folder), Stream.of(arguments.split(" "))).toArray());
        assertEquals(ExitCode.USAGE, run.exit());
        assertTrue(run.err().startsWith("maskforge: " + message), run.err());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Run run = Run.of("scenes", "--count", 1, "-o", file);
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(1, run.errors().size());
        assertTrue(run.err().contains("is a file; name a folder to write into"), run.err());
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
