package dev.maskforge.engine.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CacheFolderTest {
    @TempDir
    private Path folder;

    @Test
    void liesWhereTheSpecificationSays() {
        assertEquals(Path.of("/caches/maskforge"), CacheFolder.of(Map.of("XDG_CACHE_HOME", "/caches"), "/home/ada").root());
        assertEquals(Path.of("/home/ada/.cache/maskforge"), CacheFolder.of(Map.of(), "/home/ada").root());
        assertEquals(Path.of("/home/ada/.cache/maskforge"), CacheFolder.of(Map.of("XDG_CACHE_HOME", " "), "/home/ada").root());
        assertEquals(Path.of("/home/ada/.cache/maskforge"), CacheFolder.of(Map.of("XDG_CACHE_HOME", "a/b"), "/home/ada").root());
    }

    private static void file(Path path, int bytes) throws IOException {
        Files.createDirectories(path.getParent());
        Files.write(path, new byte[bytes]);
    }

    @Test
    void countsWhatIsThere() throws IOException {
        CacheFolder cache = new CacheFolder(folder.resolve("maskforge"));
        assertEquals(List.of(), cache.entries());
        assertEquals(0, cache.bytes());
        file(cache.root().resolve("plans/a.plan"), 1000);
        file(cache.root().resolve("plans/a.plan.json"), 30);
        file(cache.root().resolve("onnxruntime-1/deep/libonnxruntime.so"), 7);
        file(cache.root().resolve("alone"), 1);
        file(folder.resolve("elsewhere/large"), 1 << 20);
        Files.createSymbolicLink(cache.root().resolve("plans/link"), folder.resolve("elsewhere"));
        assertEquals(List.of("alone 1 1", "onnxruntime-1 1 7", "plans 2 1030"), cache.entries().stream()
                .map(entry -> entry.path().getFileName() + " " + entry.files() + " " + entry.bytes()).toList());
        assertEquals(1038, cache.bytes());
    }

    @Test
    void isClearedButForWhatIsLocked() throws IOException {
        CacheFolder cache = new CacheFolder(folder.resolve("maskforge"));
        file(cache.root().resolve("plans/a.plan"), 1000);
        file(cache.root().resolve("plans/a.plan.json"), 30);
        file(cache.root().resolve("plans/b.plan"), 500);
        file(cache.root().resolve("plans/b.plan.1234.build/graph.txt"), 5);
        file(cache.root().resolve("ceilings/x.json"), 10);
        file(folder.resolve("elsewhere/large"), 1 << 20);
        Files.createSymbolicLink(cache.root().resolve("link"), folder.resolve("elsewhere"));
        Path locked = cache.root().resolve("plans/b.plan");
        try (LockFile.Held _ = LockFile.tryAcquire(LockFile.of(locked)).orElseThrow()) {
            CacheFolder.Cleared cleared = cache.clear();
            assertEquals(1040, cleared.bytes());
            assertEquals(List.of(locked + ": somebody is at work on it", locked + ".1234.build: somebody is at work on it"),
                    cleared.failed());
        }
        assertEquals(new CacheFolder.Cleared(505, List.of()), cache.clear());
        assertEquals(0, cache.bytes());
        assertTrue(Files.exists(folder.resolve("elsewhere/large")), "what a link leads to is not the cache's");
        assertEquals(Optional.of(true), Optional.of(LockFile.tryAcquire(LockFile.of(locked)).isPresent()));
    }
}
