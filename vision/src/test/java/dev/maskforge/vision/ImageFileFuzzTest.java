package dev.maskforge.vision;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertFalse;

/// Any bytes are a picture or are refused in one line.
class ImageFileFuzzTest {
    private static final int LARGEST_SEED = 3000;
    private static final ImageLimits LIMITS = new ImageLimits(1 << 22);

    @TempDir
    static Path folder;

    static Stream<byte[]> pictures() throws IOException {
        try (Stream<Path> files = Files.list(Fixtures.PILLOW.resolve("images"))) {
            return files.sorted().map(ImageFileFuzzTest::bytes).filter(bytes -> bytes.length <= LARGEST_SEED).toList().stream();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @MethodSource("pictures")
    @FuzzTest(maxDuration = "10m")
    void read(byte[] picture) throws IOException {
        Path file = Files.write(folder.resolve("picture"), picture);
        try {
            ImageFile.read(file, LIMITS);
        } catch (ImageException e) {
            assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
        }
    }
}
