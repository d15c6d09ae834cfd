package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class PreprocessingTest {
    /// Expected sizes are worked out from Detectron2's `ResizeShortestEdge.get_output_shape`.
    @ParameterizedTest
    @CsvSource({"1024, 2048, 1024, 2048, 1024, 2048", // Cityscapes: as it is
            "800, 1333, 427, 640, 800, 1199", // COCO
            "800, 1333, 640, 427, 1199, 800", //
            "800, 1333, 480, 640, 800, 1067", // 1066.67 rounded up
            "800, 1333, 300, 1000, 400, 1333", // the longest side decides
            "800, 1333, 1000, 300, 1333, 400", //
            "512, 2048, 375, 500, 512, 683", // ADE20K
            "2048, 2048, 3000, 4000, 1536, 2048", // Mapillary Vistas
            "512, 2048, 512, 512, 512, 512", //
            "5, 8, 2, 3, 5, 8", // 7.5 rounded up
            "5, 8, 1, 100000, 1, 8"}) // never less than a pixel
    void shortestEdgeIsDetectron2s(int minimum, int maximum, int height, int width, int newHeight, int newWidth) {
        assertEquals(new Size(newHeight, newWidth), new ResizeRule.ShortestEdge(minimum, maximum).resized(height, width));
    }

    @ParameterizedTest
    @CsvSource({"512, 1024, 1024, 2048, 512, 1024", //
            "512, 1024, 480, 640, 512, 683", // enlarged to the frame's height
            "512, 1024, 100, 1000, 102, 1024", //
            "512, 1024, 1000, 100, 512, 51", //
            "512, 1024, 511, 1023, 511, 1024", //
            "512, 1024, 1, 4096, 1, 1024", // never less than a pixel
            "64, 64, 64, 64, 64, 64"})
    void fitInsideKeepsTheRatio(int frameHeight, int frameWidth, int height, int width, int newHeight, int newWidth) {
        ResizeRule rule = new ResizeRule.FitInside(frameHeight, frameWidth);
        assertEquals(new Size(newHeight, newWidth), rule.resized(height, width));
        assertEquals(new Size(frameHeight, frameWidth), rule.padded(height, width, 32));
    }

    @Test
    void sidesArePaddedToMultiples() {
        Preprocessing official = Preprocessing.official(new ResizeRule.ShortestEdge(800, 1333));
        assertEquals(new Geometry(427, 640, 800, 1199, 800, 1216), official.geometry(427, 640));
        Preprocessing unpadded = new Preprocessing(new ResizeRule.ShortestEdge(800, 1333), 1, PixelMean.IMAGENET);
        assertEquals(new Geometry(427, 640, 800, 1199, 800, 1199), unpadded.geometry(427, 640));
    }

    @Test
    void aFrameOfOtherSizesIsRefusedWithTheNearestGoodOnes() {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> Preprocessing.official(new ResizeRule.FitInside(500, 1000)));
        assertEquals("a network size of 500x1000 does not work: height and width must be multiples of 32; take 480x992 or 512x1024",
                refusal.getMessage());
        IllegalArgumentException tiny = assertThrows(IllegalArgumentException.class,
                () -> Preprocessing.official(new ResizeRule.FitInside(1, 32)));
        assertEquals("a network size of 1x32 does not work: height and width must be multiples of 32; take 32x32", tiny.getMessage());
    }

    @Test
    void planesHoldTheResizedPictureAndTheMean() {
        RgbImage picture = Fixtures.picture("noise", 40, 50);
        NetworkInput input = Preprocessing.official(new ResizeRule.FitInside(64, 96)).prepare(picture);
        assertEquals(new Geometry(40, 50, 64, 80, 64, 96), input.geometry());
        assertEquals("float32[1, 3, 64, 96]", input.image().toString());
        RgbImage resized = PillowBilinear.resize(picture, 64, 80);
        float[] planes = input.image().toFloats();
        float[] mean = {123.675f, 116.28f, 103.53f};
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < 64; y++) {
                for (int x = 0; x < 96; x++) {
                    float expected = x < 80 ? resized.at(y, x) >> 16 - 8 * channel & 0xff : mean[channel];
                    assertEquals(expected, planes[(channel * 64 + y) * 96 + x]);
                }
            }
        }
    }

    @Test
    void rowsBelowThePictureAreTheMean() {
        Preprocessing preprocessing = Preprocessing.official(new ResizeRule.ShortestEdge(33, 100));
        NetworkInput input = preprocessing.prepare(Fixtures.picture("waves", 33, 40));
        assertEquals("float32[1, 3, 64, 64]", input.image().toString());
        float[] planes = input.image().toFloats();
        assertEquals(123.675f, planes[33 * 64]);
        assertEquals(103.53f, planes[3 * 64 * 64 - 1]);
    }

    @Test
    void writesIntoMemoryOfTheCaller() {
        RgbImage picture = Fixtures.picture("edges", 64, 64);
        Preprocessing preprocessing = Preprocessing.official(new ResizeRule.ShortestEdge(64, 64));
        Geometry geometry = preprocessing.geometry(64, 64);
        try (Arena arena = Arena.ofConfined()) {
            Tensor batch = Tensor.allocate(DataType.FLOAT32, Shape.of(2, 3, 64, 64), arena);
            long bytes = batch.memory().byteSize() / 2;
            preprocessing.write(picture, geometry, batch.memory().asSlice(bytes, bytes));
            float[] second = batch.memory().asSlice(bytes, bytes).toArray(Tensor.FLOAT32.withByteAlignment(1));
            assertArrayEquals(preprocessing.prepare(picture).image().toFloats(), second);
            MemorySegment tooShort = batch.memory().asSlice(0, bytes - 4);
            assertThrows(IllegalArgumentException.class, () -> preprocessing.write(picture, geometry, tooShort));
            assertThrows(IllegalArgumentException.class,
                    () -> preprocessing.write(Fixtures.picture("edges", 64, 65), geometry, batch.memory().asSlice(0, bytes)));
        }
    }
}
