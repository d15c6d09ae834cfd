package dev.maskforge.vision;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PillowBilinearTest {
    static List<List<String>> resized() throws IOException {
        return Fixtures.lines("resized.txt");
    }

    @ParameterizedTest
    @MethodSource("resized")
    void isPillowsByteForByte(List<String> line) {
        RgbImage picture = Fixtures.picture(line.get(0), Integer.parseInt(line.get(1)), Integer.parseInt(line.get(2)));
        RgbImage resized = PillowBilinear.resize(picture, Integer.parseInt(line.get(3)), Integer.parseInt(line.get(4)));
        assertEquals(line.get(5), Fixtures.sha256(resized.samples()));
    }

    @Test
    void theListHasEnoughShapesAndPictures() throws IOException {
        Set<String> pictures = new TreeSet<>();
        Set<List<String>> shapes = new HashSet<>();
        for (List<String> line : resized()) {
            pictures.add(line.getFirst());
            shapes.add(line.subList(1, 5));
        }
        assertEquals(Set.of("edges", "noise", "waves"), pictures);
        assertTrue(shapes.size() >= 16, shapes.size() + " shapes");
    }

    @Test
    void sameSizeIsTheSamePicture() {
        RgbImage picture = Fixtures.picture("waves", 5, 7);
        assertSame(picture, PillowBilinear.resize(picture, 5, 7));
    }

    @Test
    void refusesSizesThatAreNone() {
        RgbImage picture = Fixtures.picture("waves", 5, 7);
        assertThrows(IllegalArgumentException.class, () -> PillowBilinear.resize(picture, 0, 7));
        assertThrows(IllegalArgumentException.class, () -> PillowBilinear.resize(picture, 40_000, 40_000));
    }

    @Test
    void printsItsTime() {
        RgbImage picture = Fixtures.picture("noise", 1024, 2048);
        double[] times = new double[15];
        for (int run = 0; run < times.length; run++) {
            long start = System.nanoTime();
            PillowBilinear.resize(picture, 512, 1024);
            times[run] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        System.out.printf("Pillow bilinear 1024x2048 -> 512x1024: median %.1f ms, fastest %.1f ms%n", times[7], times[0]);
    }
}
