package dev.maskforge.vision;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ImageFileTest {
    static List<List<String>> decoded() throws IOException {
        return Fixtures.lines("decoded.txt");
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void isPillowsByteForByte(List<String> line) {
        RgbImage picture = ImageFile.read(Fixtures.PILLOW.resolve("images").resolve(line.get(0)));
        assertEquals(line.get(1) + "x" + line.get(2), picture.height() + "x" + picture.width());
        assertEquals(line.get(3), Fixtures.sha256(picture.samples()));
    }

    /// Lossy WebP has chroma of half the size. Pillow's libwebp interpolates it, TwelveMonkeys repeats it, so colours differ at
    /// edges; in grey pictures only the filter between blocks rounds otherwise. The bounds are what is measured, and a little.
    @ParameterizedTest
    @CsvSource({"lossy, 95, 11", "lossy-low, 95, 11", "lossy-smooth, 8, 1.1", "lossy-grey, 8, 0.1", "lossy-alpha, 95, 11",
            "lossy-narrow, 30, 4", "lossy-animated, 95, 11"})
    void lossyWebpIsNearPillows(String name, int most, double mean) {
        RgbImage picture = ImageFile.read(Fixtures.PILLOW.resolve("images").resolve(name + ".webp"));
        RgbImage expected = ImageFile.read(Fixtures.PILLOW.resolve("lossy").resolve(name + ".png"));
        assertEquals(expected.toString(), picture.toString());
        long sum = 0;
        int largest = 0;
        for (int i = 0; i < picture.samples().length; i++) {
            int difference = Math.abs((picture.samples()[i] & 0xff) - (expected.samples()[i] & 0xff));
            sum += difference;
            largest = Math.max(largest, difference);
        }
        double average = (double) sum / picture.samples().length;
        System.out.printf("%s: largest difference %d, mean %.3f%n", name, largest, average);
        assertTrue(largest <= most && average <= mean);
    }
}
