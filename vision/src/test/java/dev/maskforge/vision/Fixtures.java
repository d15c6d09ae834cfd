package dev.maskforge.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/// What `tools/fixtures/pillow` holds, and the pictures that its scripts compute.
final class Fixtures {
    static final Path PILLOW = Path.of(Objects.requireNonNull(System.getProperty("maskforge.fixtures")), "pillow");

    private Fixtures() {
    }

    /// The lines of a list, split at blanks, without comments.
    static List<List<String>> lines(String name) throws IOException {
        return Files.readAllLines(PILLOW.resolve(name)).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> Arrays.asList(line.split(" ")))
                .toList();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /// As `picture` in make_resized.py.
    static RgbImage picture(String name, int height, int width) {
        byte[] rgb = new byte[3 * height * width];
        int at = 0;
        for (long y = 0; y < height; y++) {
            for (long x = 0; x < width; x++) {
                for (long c = 0; c < 3; c++) {
                    rgb[at++] = (byte) switch (name) {
                        case "noise" -> ((y * 73856093 ^ x * 19349663 ^ c * 83492791) * 2654435761L & 0xffffffffL) >> 24;
                        case "waves" -> y * y * 3 + x * x * 5 + x * y * 7 + c * 512 >> 3;
                        case "edges" -> (x / 3 + y / 5 + c) % 2 * 255;
                        default -> throw new IllegalArgumentException(name);
                    };
                }
            }
        }
        return RgbImage.ofRgb(rgb, height, width);
    }
}
