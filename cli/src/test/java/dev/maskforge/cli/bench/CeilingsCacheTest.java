package dev.maskforge.cli.bench;

import dev.maskforge.measure.Ceilings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

class CeilingsCacheTest {
    private static final Ceilings SLOW = new Ceilings(1, 2, 3);
    private static final Ceilings FAST = new Ceilings(10, 20, 30);

    @TempDir
    private Path folder;

    private static Ceilings notAgain() {
        throw new AssertionError("measured again");
    }

    @Test
    void whatWasMeasuredIsKeptByKey() {
        CeilingsCache cache = new CeilingsCache(folder.resolve("made"));
        assertEquals(SLOW, cache.get("a\n1 thread", () -> SLOW));
        assertEquals(SLOW, cache.get("a\n1 thread", CeilingsCacheTest::notAgain));
        assertEquals(FAST, cache.get("a\n2 threads", () -> FAST));
        assertEquals(FAST, cache.put("a\n1 thread", FAST));
        assertEquals(FAST, cache.get("a\n1 thread", CeilingsCacheTest::notAgain));
    }

    @Test
    void whatCannotBeReadIsMeasuredAgain() throws IOException {
        CeilingsCache cache = new CeilingsCache(folder);
        cache.put("a", SLOW);
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        String whole = Files.readString(file);
        for (String broken : List.of("", "{}", "null", whole.replace("1.0", "-1.0"), whole.replace("\"a\"", "\"b\""),
                whole.replace("\"a\"", "null"),
                "{\"key\": \"a\", \"ceilings\": null}", "[".repeat(5000))) {
            Files.writeString(file, broken);
            assertEquals(FAST, cache.get("a", () -> FAST), broken);
            assertEquals(FAST, cache.get("a", CeilingsCacheTest::notAgain), broken);
        }
    }

    /// Keys whose hashes are the same share a file, and the later one has it.
    @Test
    void keysAreComparedWhole() {
        CeilingsCache cache = new CeilingsCache(folder);
        cache.put("Aa", SLOW);
        assertEquals(FAST, cache.get("BB", () -> FAST));
        assertEquals(SLOW, cache.get("Aa", () -> SLOW));
    }

    @Test
    void aFolderThatCannotBeMadeKeepsNothing() throws IOException {
        CeilingsCache cache = new CeilingsCache(Files.writeString(folder.resolve("file"), "").resolve("under"));
        assertEquals(SLOW, cache.get("a", () -> SLOW));
        assertEquals(FAST, cache.get("a", () -> FAST));
    }
}
