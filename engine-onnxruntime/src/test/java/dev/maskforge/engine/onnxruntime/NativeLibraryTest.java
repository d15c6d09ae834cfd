package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.Engines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Loading happens once in a JVM, so each case has a JVM of its own.
class NativeLibraryTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectories(folder.resolve("tmp"));
    }

    /// Prints the availability, and what asking for the engine says.
    static final class Main {
        private Main() {
        }

        public static void main(String[] arguments) {
            System.out.println(switch (new OnnxRuntimeProvider().availability()) {
                case Availability.Available(String version, String details) -> "available " + version + ", " + details;
                case Availability.Missing(String reason, String cure) -> "missing: " + reason + "; " + cure;
            });
            try {
                System.out.println("found " + Engines.named("onnxruntime").name());
            } catch (RuntimeException e) {
                System.out.println(e.getClass().getSimpleName() + " " + e.getMessage());
            }
        }
    }

    private List<String> run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + folder.resolve("tmp"), "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(Main.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        Process process = builder.start();
        // The JVM warns of libraries that are none.
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.contains("stack guard") && !line.contains("execstack")).toList();
        assertEquals(0, process.waitFor(), lines.toString());
        return lines;
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    @Test
    void theLibraryIsUnpackedOnceAndNothingIsLeftBehind() throws Exception {
        List<String> lines = run();
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.getFirst().startsWith("available 1.29.0, CPU, native library " + folder.resolve("cache")), lines.toString());
        assertEquals("found onnxruntime", lines.getLast());
        assertEquals(List.of(), entries(folder.resolve("tmp")));
        List<Path> cached = entries(folder.resolve("cache/maskforge"));
        assertEquals(1, cached.size());
        assertEquals(2, entries(cached.getFirst()).size());
        Path library = cached.getFirst().resolve(System.mapLibraryName("onnxruntime"));
        FileTime then = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(library, then);
        assertEquals(lines, run());
        assertEquals(then, Files.getLastModifiedTime(library));
        Files.write(library, new byte[10]);
        assertEquals(lines, run());
        assertTrue(Files.size(library) > 1_000_000);
        assertEquals(1, entries(folder.resolve("cache/maskforge")).size());
    }

    @Test
    void aCacheThatCannotBeWrittenToIsNoFailure() throws Exception {
        Files.writeString(folder.resolve("cache"), "a file where a folder should be");
        List<String> lines = run();
        assertTrue(lines.getFirst().startsWith("available 1.29.0, CPU, native library unpacked from its jar"), lines.toString());
        assertEquals("found onnxruntime", lines.getLast());
    }

    private void assertMissing(List<String> lines, String reason) {
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.getFirst().startsWith("missing: its native library does not load from " + folder), lines.toString());
        assertTrue(lines.getFirst().contains(reason) && lines.getFirst().contains("onnxruntime.native.path"), lines.toString());
        assertTrue(lines.getLast().startsWith("EngineException engine 'onnxruntime' cannot run: "), lines.toString());
    }

    @Test
    void aFolderWithoutTheLibraryIsMissing() throws Exception {
        assertMissing(run("-Donnxruntime.native.path=" + folder.resolve("nowhere")), "not found at");
    }

    @Test
    void aBrokenLibraryIsMissing() throws Exception {
        Files.writeString(folder.resolve(System.mapLibraryName("onnxruntime")), "not a library");
        assertMissing(run("-Donnxruntime.native.path=" + folder), System.mapLibraryName("onnxruntime"));
    }
}
