package dev.maskforge.kernels;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// F(4x4, 3x3) of a kernel with a single 1 is the picture, shifted.
class WinogradTransformTest {
    private static final int STRIDE = VectorProduct.COLUMNS + VectorProduct.LENGTH;
    private static final int KERNEL = 9;
    /// Pixels are up to 1; along an axis a transform adds up to 4 numbers of up to 4.5 in all, there and back and for both
    /// axes, each rounded once: some 40 roundings of 2⁻²⁴ of numbers of up to 4.5, of which few come together.
    private static final double TOLERANCE = 40 * 4.5 * 0x1p-24;

    private static float[] impulse(int place) {
        float[] kernel = new float[KERNEL];
        kernel[place] = 1;
        return kernel;
    }

    @Test
    void impulsesShiftThePictureForEachNumberOfTiles() {
        SplittableRandom random = new SplittableRandom(3);
        double largest = 0;
        float[] transformedKernel = new float[WinogradTransform.POINTS];
        for (int tiles = 1; tiles <= VectorProduct.COLUMNS; tiles++) {
            int width = WinogradTransform.STEP * tiles + 2;
            float[][] pixels = new float[WinogradTransform.TILE][width];
            for (float[] row : pixels) {
                for (int x = 0; x < width; x++) {
                    row[x] = (float) random.nextDouble(-1, 1);
                }
            }
            for (int place = 0; place < KERNEL; place++) {
                WinogradTransform.ofKernel(impulse(place), 0, transformedKernel);
                WinogradTransform.Rows rows = filtered(pixels, tiles, transformedKernel);
                for (int y = 0; y < WinogradTransform.STEP; y++) {
                    for (int x = 0; x < width - 2; x++) {
                        float result = rows.memory[WinogradTransform.Rows.results(y) + x];
                        double difference = Math.abs((double) result - pixels[y + place / 3][x + place % 3]);
                        String where = tiles + " tiles, 1 at " + place + ", result " + y + ", " + x + " differs by " + difference;
                        assertTrue(difference <= TOLERANCE, where);
                        largest = Math.max(largest, difference);
                    }
                }
            }
        }
        System.out.printf(Locale.ROOT, "shifted pictures of numbers up to 1 differ by at most %.1e of %.1e%n", largest, TOLERANCE);
    }

    /// What lies in the memory before is no number.
    private static WinogradTransform.Rows filtered(float[][] pixels, int tiles, float[] kernel) {
        WinogradTransform.Rows rows = new WinogradTransform.Rows();
        Arrays.fill(rows.memory, Float.NaN);
        for (int y = 0; y < pixels.length; y++) {
            System.arraycopy(pixels[y], 0, rows.memory, WinogradTransform.Rows.pixels(y), pixels[y].length);
        }
        float[] points = new float[WinogradTransform.POINTS * STRIDE + VectorProduct.COLUMNS];
        rows.transform(tiles, points, 0, STRIDE);
        for (int point = 0; point < WinogradTransform.POINTS; point++) {
            for (int tile = 0; tile < tiles; tile++) {
                points[point * STRIDE + tile] *= kernel[point];
            }
        }
        rows.inverse(tiles, points, 0, STRIDE);
        return rows;
    }

    /// G·g·Gᵀ is linear in g: exactly so for powers of two, and a kernel's own place among others does not matter.
    @Test
    void kernelsAreTransformedByThemselves() {
        SplittableRandom random = new SplittableRandom(5);
        float[] kernels = new float[3 * KERNEL];
        for (int i = 0; i < kernels.length; i++) {
            kernels[i] = (float) random.nextGaussian();
        }
        float[] alone = new float[WinogradTransform.POINTS];
        WinogradTransform.ofKernel(Arrays.copyOfRange(kernels, KERNEL, 2 * KERNEL), 0, alone);
        float[] among = new float[WinogradTransform.POINTS];
        WinogradTransform.ofKernel(kernels, KERNEL, among);
        for (int i = 0; i < kernels.length; i++) {
            kernels[i] *= -4;
        }
        float[] scaled = new float[WinogradTransform.POINTS];
        WinogradTransform.ofKernel(kernels, KERNEL, scaled);
        for (int point = 0; point < WinogradTransform.POINTS; point++) {
            assertEquals(alone[point], among[point]);
            assertEquals(-4 * alone[point], scaled[point]);
        }
        // The points 0 and ∞ see the kernel's corners as they are.
        int last = WinogradTransform.TILE - 1;
        assertEquals(kernels[KERNEL], scaled[0]);
        assertEquals(kernels[KERNEL + 2], scaled[last]);
        assertEquals(kernels[KERNEL + 6], scaled[last * WinogradTransform.TILE]);
        assertEquals(kernels[KERNEL + 8], scaled[WinogradTransform.POINTS - 1]);
    }
}
