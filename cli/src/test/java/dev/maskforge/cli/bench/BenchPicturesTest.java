package dev.maskforge.cli.bench;

import dev.maskforge.cli.bench.BenchPictures.Picture;
import dev.maskforge.measure.Clock;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Pictures get the network's size without being stretched.
class BenchPicturesTest {
    private static final Size SIZE = new Size(64, 96);

    @TempDir
    private Path folder;

    private static RgbImage grey(int height, int width) {
        byte[] samples = new byte[3 * height * width];
        Arrays.fill(samples, (byte) 200);
        return RgbImage.ofRgb(samples, height, width);
    }

    private Picture read(int height, int width) {
        Path file = folder.resolve("picture.png");
        PngFile.write(grey(height, width), file);
        return BenchPictures.of(folder, List.of(file), SIZE, Clock.SYSTEM).pictures().getFirst();
    }

    @Test
    void aPictureOfAnotherRatioIsFittedInsideAndPaddedWithTheMean() {
        // A square of 50 becomes one of 64 at the left, and 32 columns are padding.
        Picture picture = read(50, 50);
        assertEquals(new Size(64, 64), picture.content());
        assertEquals(64, picture.image().height());
        assertEquals(96, picture.image().width());
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 96; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int expected = x < 64 ? 200 : new int[]{124, 116, 104}[channel];
                    assertEquals(expected, picture.image().samples()[3 * (96 * y + x) + channel] & 0xff, y + ", " + x);
                }
            }
        }
    }

    @Test
    void aPictureOfTheRatioFillsTheSize() {
        assertEquals(SIZE, read(128, 192).content());
        assertEquals(new Size(32, 96), read(10, 30).content());
        assertEquals(SIZE, BenchPictures.standard(SIZE).pictures().getFirst().content());
    }
}
