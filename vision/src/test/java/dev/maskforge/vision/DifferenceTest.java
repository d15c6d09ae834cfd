package dev.maskforge.vision;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DifferenceTest {
    private static final int SIDE = 20;
    private static final int CLEAR = 5 * SIDE + 5;
    private static final int UNCLEAR = 12 * SIDE + 14;

    private final RgbImage picture = RgbImage.ofRgb(white(), SIDE, SIDE);
    private final LabelMap reference = LabelMap.ofBytes(new byte[SIDE * SIDE], SIDE, SIDE);
    private final LabelMap other = LabelMap.ofBytes(differing(), SIDE, SIDE);

    private static byte[] white() {
        byte[] samples = new byte[3 * SIDE * SIDE];
        Arrays.fill(samples, (byte) 255);
        return samples;
    }

    private static byte[] differing() {
        byte[] labels = new byte[SIDE * SIDE];
        labels[CLEAR] = 1;
        labels[UNCLEAR] = 2;
        return labels;
    }

    private static Tensor margins() {
        float[] margins = new float[SIDE * SIDE];
        Arrays.fill(margins, 0.5f);
        margins[UNCLEAR] = 0.02f;
        return Tensor.of(Shape.of(SIDE, SIDE), margins);
    }

    @Test
    void pixelsThatDifferAreBrightAndTheOthersDark() {
        RgbImage drawn = Difference.draw(picture, reference, other, Optional.of(margins()), 0.02);
        assertTrue(drawn.height() > SIDE, "there is a legend below");
        int dark = drawn.at(0, 0);
        assertEquals(0x666666, dark);
        int clear = drawn.at(5, 5);
        int unclear = drawn.at(12, 14);
        assertNotEquals(clear, unclear);
        assertTrue(clear >> 16 > 0xd0 && unclear >> 16 > 0xd0, Integer.toHexString(clear) + ", " + Integer.toHexString(unclear));
        for (int halo : new int[]{drawn.at(4, 5), drawn.at(6, 6), drawn.at(12, 13)}) {
            assertTrue(halo != dark && halo != clear && halo != unclear, Integer.toHexString(halo));
        }
        assertEquals(dark, drawn.at(8, 8));
    }

    @Test
    void withoutMarginsAllThatDiffersIsAlike() {
        RgbImage drawn = Difference.draw(picture, reference, other, Optional.empty(), 0.02);
        assertEquals(drawn.at(5, 5), drawn.at(12, 14));
    }

    @Test
    void mapsOfOtherSizesAreRefused() {
        LabelMap small = LabelMap.ofBytes(new byte[SIDE], 1, SIDE);
        assertThrows(IllegalArgumentException.class, () -> Difference.draw(picture, reference, small, Optional.empty(), 0.02));
        assertThrows(IllegalArgumentException.class, () -> Difference.draw(picture, small, reference, Optional.empty(), 0.02));
        assertThrows(IllegalArgumentException.class,
                () -> Difference.draw(picture, reference, other, Optional.of(Tensor.of(Shape.of(1), 1f)), 0.02));
    }
}
