package dev.maskforge.evaluation;

import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Mask;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class RunLengthsTest {
    /// Masks of all kinds of shapes, empty and full ones among them, against their pixels.
    @Test
    void areasBoxesIntersectionsAndUnionsAreThoseOfThePixels() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            int height = 1 + random.nextInt(9);
            int width = 1 + random.nextInt(9);
            LabelMap a = pixels(random, height, width);
            LabelMap b = pixels(random, height, width);
            RunLengths first = RunLengths.of(Mask.ofNonZero(a));
            RunLengths second = RunLengths.of(Mask.ofNonZero(b));
            long shared = 0;
            byte[] either = new byte[a.pixels()];
            for (int pixel = 0; pixel < a.pixels(); pixel++) {
                shared += a.at(pixel) & b.at(pixel);
                either[pixel] = (byte) (a.at(pixel) | b.at(pixel));
            }
            Mask union = Mask.ofNonZero(LabelMap.ofBytes(either, height, width));
            assertEquals(Mask.ofNonZero(a).area(), first.area());
            assertEquals(Mask.ofNonZero(a).box(), first.box());
            assertEquals(shared, first.shared(second));
            assertEquals(shared, second.shared(first));
            RunLengths joined = RunLengths.union(List.of(first, second));
            assertEquals(union.area(), joined.area());
            assertEquals(union.area(), joined.shared(RunLengths.of(union)));
        }
    }

    private static LabelMap pixels(Random random, int height, int width) {
        byte[] pixels = new byte[height * width];
        double share = random.nextInt(5) / 4.0;
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (random.nextDouble() < share ? 1 : 0);
        }
        return LabelMap.ofBytes(pixels, height, width);
    }

    @Test
    void emptyRunsAreAllowed() {
        RunLengths mask = RunLengths.of(2, 3, new int[]{0, 2, 0, 0, 3, 1, 0});
        assertEquals(3, mask.area());
        assertEquals(3, mask.shared(mask));
        assertEquals(3, mask.shared(RunLengths.of(2, 3, new int[]{0, 6})));
    }
}
