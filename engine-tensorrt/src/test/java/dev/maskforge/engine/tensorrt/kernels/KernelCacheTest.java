package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KernelCacheTest {
    private static final Architecture HOPPER = new Architecture(90);
    private static final int DRIVER = 12_060;

    @TempDir
    private Path folder;

    private static KernelSource source(int pixels) {
        return KernelSource.of("pixels.cu", "values.cuh").with("PIXELS", pixels);
    }

    @Test
    void compilesOnceAndKeeps() {
        StandInCompiler compiler = new StandInCompiler();
        KernelCache cache = new KernelCache(folder.resolve("made/on/demand"));
        byte[] first = cache.get(source(5), HOPPER, compiler, DRIVER);
        byte[] second = cache.get(source(5), HOPPER, compiler, DRIVER);
        assertArrayEquals(first, second);
        assertEquals(1, compiler.runs());
    }

    @Test
    void eachPartOfTheKeyMakesAnotherFile() {
        KernelCache cache = new KernelCache(folder);
        KernelSource source = source(5);
        List<Path> files = List.of(cache.file(source, HOPPER, "NVRTC 12.6", DRIVER), cache.file(source(8), HOPPER, "NVRTC 12.6", DRIVER),
                cache.file(source, new Architecture(80), "NVRTC 12.6", DRIVER), cache.file(source, HOPPER, "NVRTC 13.0", DRIVER),
                cache.file(source, HOPPER, "NVRTC 12.6", 13_000), cache.file(source.forOneArchitecture(), HOPPER, "NVRTC 12.6", DRIVER),
                cache.file(KernelSource.of("values.cuh"), HOPPER, "NVRTC 12.6", DRIVER));
        assertEquals(files.size(), new HashSet<>(files).size(), "different keys share a file");
        assertEquals(files.getFirst(), cache.file(source(5), HOPPER, "NVRTC 12.6", DRIVER), "one key has two files");
    }

    @Test
    void whatIsDamagedIsCompiledAgain() throws IOException {
        KernelCache cache = new KernelCache(folder);
        StandInCompiler compiler = new StandInCompiler();
        byte[] whole = cache.get(source(5), HOPPER, compiler, DRIVER);
        Path file = cache.file(source(5), HOPPER, compiler.version(), DRIVER);
        byte[] kept = Files.readAllBytes(file);
        int runs = 1;
        for (int at = 0; at < kept.length; at += 7) {
            byte[] flipped = kept.clone();
            flipped[at] ^= 1;
            Files.write(file, flipped);
            assertArrayEquals(whole, cache.get(source(5), HOPPER, compiler, DRIVER));
            runs++;
            assertEquals(runs, compiler.runs(), "byte " + at + " flipped went unnoticed");
        }
        for (int length : new int[]{0, 1, 19, 50, 51, kept.length - 1}) {
            Files.write(file, Arrays.copyOf(kept, length));
            assertArrayEquals(whole, cache.get(source(5), HOPPER, compiler, DRIVER));
            runs++;
            assertEquals(runs, compiler.runs(), "cut to " + length + " bytes went unnoticed");
        }
        assertArrayEquals(kept, Files.readAllBytes(file), "the file is not whole again");
    }

    @Test
    void anotherSourcesBytesAreNotTakenForOurs() throws IOException {
        KernelCache cache = new KernelCache(folder);
        StandInCompiler compiler = new StandInCompiler();
        byte[] five = cache.get(source(5), HOPPER, compiler, DRIVER);
        byte[] eight = cache.get(source(8), HOPPER, compiler, DRIVER);
        assertNotEquals(new String(five, StandardCharsets.UTF_8), new String(eight, StandardCharsets.UTF_8));
    }

    @Test
    void worksWhereNothingCanBeKept() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "no folder");
        StandInCompiler compiler = new StandInCompiler();
        KernelCache cache = new KernelCache(blocked.resolve("kernels"));
        cache.get(source(5), HOPPER, compiler, DRIVER);
        cache.get(source(5), HOPPER, compiler, DRIVER);
        assertEquals(2, compiler.runs());
    }

    @Test
    void leavesNothingUnfinishedBehind() throws IOException {
        KernelCache cache = new KernelCache(folder);
        StandInCompiler compiler = new StandInCompiler();
        cache.get(source(5), HOPPER, compiler, DRIVER);
        try (var files = Files.list(folder)) {
            Set<String> names = new HashSet<>(files.map(file -> file.getFileName().toString()).toList());
            assertEquals(1, names.size(), names.toString());
            assertTrue(names.iterator().next().matches("pixels-[0-9a-f]{32}\\.kernel"), names.toString());
        }
    }
}
