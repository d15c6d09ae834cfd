package dev.maskforge;

import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.PixelMean;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class InputValuesTest {
    private static final RgbImage PICTURE = RgbImage.ofRgb(new byte[]{0, 10, (byte) 200, 1, 20, (byte) 255}, 1, 2);

    private static float[] written(InputValues values) {
        float[] planes = new float[6];
        values.write(PICTURE, MemorySegment.ofArray(planes));
        return planes;
    }

    @Test
    void planesAreRedGreenAndBlue() {
        assertArrayEquals(new float[]{0, 1, 10, 20, 200, 255}, written(InputValues.RGB));
        float[] normalised = written(InputValues.NORMALISED);
        assertEquals(-123.675f / 58.395f, normalised[0]);
        assertEquals((20 - 116.28f) / 57.12f, normalised[3]);
        assertEquals((255 - 103.53f) / 57.375f, normalised[5]);
    }

    @ParameterizedTest
    @EnumSource
    void aPictureOfTheNetworksSizeIsTheSameByEitherWay(InputValues values) {
        Preprocessing preprocessing = new Preprocessing(new ResizeRule.FitInside(1, 2), 1, PixelMean.IMAGENET);
        try (Arena arena = Arena.ofConfined()) {
            Tensor input = values.input(PICTURE, preprocessing, arena);
            assertArrayEquals(written(values), input.toFloats());
        }
    }
}
