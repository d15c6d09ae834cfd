package dev.maskforge.vision;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What tests of files that are broken or made to do harm have in common.
abstract class HostileFiles {
    private static final long MOST_BYTES = 256L << 20;
    /// Of the processor, not of a wall clock that other programs share.
    private static final long MOST_NANOSECONDS = 2_000_000_000L;

    @TempDir
    Path folder;

    static byte[] fixture(String name) throws IOException {
        return Files.readAllBytes(Fixtures.PILLOW.resolve("images").resolve(name));
    }

    final Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    static byte[] patched(byte[] file, int at, int... bytes) {
        byte[] changed = file.clone();
        for (int i = 0; i < bytes.length; i++) {
            changed[at + i] = (byte) bytes[i];
        }
        return changed;
    }

    /// The result of work that takes no more memory and time than a picture may.
    static <T> T bounded(Supplier<T> work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
        long start = threads.getCurrentThreadCpuTime();
        T result = work.get();
        assertTrue(threads.getCurrentThreadCpuTime() - start < MOST_NANOSECONDS, "too slow");
        assertTrue(threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - bytes < MOST_BYTES, "too much memory");
        return result;
    }

    /// Refused in good form: what is wrong, and the cure.
    final String refusal(Path path, ImageLimits limits) throws IOException {
        List<String> before = names();
        ImageException refusal = bounded(() -> assertThrows(ImageException.class, () -> ImageFile.read(path, limits)));
        assertEquals(before, names());
        String message = String.valueOf(refusal.getMessage());
        requireOneLine(message, "cannot read picture '");
        return message.substring(message.indexOf("': ") + 3);
    }

    final String refusal(Path path) throws IOException {
        return refusal(path, ImageLimits.DEFAULT);
    }

    /// What, where, the cure.
    static void requireOneLine(String message, String start) {
        assertTrue(message.startsWith(start), message);
        assertTrue(message.matches("[^\\p{Cntrl}]*': [^\\p{Cntrl}]+; [^\\p{Cntrl}]+"), message);
        assertTrue(message.length() < 600, message);
    }

    final List<String> names() throws IOException {
        try (Stream<Path> here = Files.list(folder);
                Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir", "/tmp")))) {
            Stream<Path> ofDecoders = temporary.filter(path -> path.getFileName().toString().startsWith("imageio"));
            return Stream.concat(here, ofDecoders).map(Path::toString).sorted().toList();
        }
    }
}
