package dev.maskforge.passes.quantize;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HistogramTest {
    private static Histogram of(float[]... pictures) {
        Histogram histogram = new Histogram();
        for (float[] picture : pictures) {
            histogram.add(Tensor.of(Shape.of(picture.length), picture));
        }
        return histogram;
    }

    private static float[] gaussian(int count, float deviation, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextGaussian() * deviation);
        }
        return numbers;
    }

    @Test
    void theEndsAreExactAndTheLargestPictureCounts() {
        Histogram histogram = of(new float[]{0.3f, -0.1f}, new float[]{7.7f}, new float[]{0, 0, 0});
        assertEquals(-0.1f, histogram.minimum());
        assertEquals(7.7f, histogram.maximum());
        assertEquals(3, histogram.largestTensor());
        assertTrue(histogram.isFinite());
    }

    @Test
    void orderOfPicturesDoesNotMatter() {
        float[] small = gaussian(5001, 0.01f, 1);
        float[] large = gaussian(4999, 30, 2);
        Histogram one = of(small, large);
        Histogram other = of(large, small);
        for (double share : new double[]{0, 0.01, 0.3, 0.5, 0.99, 1}) {
            assertEquals(one.quantile(share), other.quantile(share), 0.1f, "share " + share);
        }
    }

    @Test
    void quantilesAreThoseOfTheNumbersWithinABin() {
        float[] numbers = gaussian(100_001, 1.7f, 3);
        Histogram histogram = of(numbers);
        Arrays.sort(numbers);
        float largest = 0;
        for (double share : new double[]{0.001, 0.1, 0.5, 0.75, 0.9999}) {
            largest = Math.max(largest, Math.abs(histogram.quantile(share) - numbers[(int) (share * (numbers.length - 1))]));
        }
        System.out.printf("quantiles are off by at most %.1e of a bin of %.1e%n", largest, 16.0 / 4096);
        assertTrue(largest <= 16.0 / 4096, "off by " + largest);
    }

    /// A uniform step has a twelfth of its square as noise; the numbers themselves are the judge.
    @Test
    void noiseIsWhatRoundingLoses() {
        float[] numbers = gaussian(200_003, 1, 4);
        Histogram histogram = of(numbers);
        for (Range range : List.of(new Range(-5, 5), new Range(-2, 3), new Range(-0.5f, 0.5f))) {
            double sum = 0;
            for (float number : numbers) {
                double integer = Math.clamp(Math.rint(number / range.step()) + range.zeroPoint(), 0, 255);
                double error = number - (integer - range.zeroPoint()) * range.step();
                sum += error * error;
            }
            double measured = sum / numbers.length;
            double told = histogram.noise(range);
            System.out.printf("%s: noise %.3e, measured %.3e%n", range, told, measured);
            assertEquals(1, told / measured, 0.05, range.toString());
        }
    }

    @Test
    void aFarOutlierIsCutOffBySquaredErrorAndPercentileAlone() {
        float[] numbers = gaussian(100_000, 1, 5);
        numbers[77] = 500;
        Histogram histogram = of(numbers);
        assertEquals(500, RangeRule.MINIMUM_AND_MAXIMUM.of(histogram).maximum());
        assertTrue(RangeRule.PERCENTILE.of(histogram).maximum() < 8, () -> RangeRule.PERCENTILE.of(histogram).toString());
        assertTrue(RangeRule.SQUARED_ERROR.of(histogram).maximum() < 500, () -> RangeRule.SQUARED_ERROR.of(histogram).toString());
    }

    @Test
    void everyRuleHoldsZeroAndBearsConstants() {
        for (RangeRule rule : RangeRule.values()) {
            assertEquals(new Range(0, 0), rule.of(of(new float[5])), rule.toString());
            assertEquals(0, rule.of(of(new float[]{3, 3, 3})).minimum(), rule.toString());
            assertEquals(0, rule.of(of(new float[]{-3, -3.5f})).maximum(), rule.toString());
        }
    }

    @Test
    void whatIsNotFiniteIsLeftOutOfACalibration() {
        Histogram bad = of(new float[]{1, Float.NaN});
        assertFalse(bad.isFinite());
        assertFalse(of(new float[]{Float.POSITIVE_INFINITY}).isFinite());
        Calibration calibration = Calibration.of(Map.of("bad", bad, "never", new Histogram(), "good", of(new float[]{1, 2})),
                RangeRule.MINIMUM_AND_MAXIMUM);
        assertEquals(List.of("good"), List.copyOf(calibration.observations().keySet()));
    }

    @Test
    void extremeNumbersDoNotOverflow() {
        assertEquals(Float.MAX_VALUE, of(new float[]{Float.MAX_VALUE, 1e-40f}).maximum());
        assertEquals(1e-40f, of(new float[]{1e-40f}).maximum());
    }

    @Test
    void calibrationsAreReadAsTheyAreWritten() {
        Calibration calibration = Calibration.of(Map.of("a b/Conv", of(gaussian(1000, 0.37f, 6)), "c", of(new float[3])),
                RangeRule.SQUARED_ERROR);
        assertEquals(calibration, Calibration.parse(calibration.lines()));
        for (String damaged : List.of("", "1", "a b c d e", "0x0p0 NaN 1 1.0 x", "1.0 2.0 1 1.0 x", "0 1e39 1 1 x", "0 1 one 1 x")) {
            assertThrows(IllegalArgumentException.class, () -> Calibration.parse(List.of(damaged)), damaged);
        }
    }

    @Test
    void theZeroPointStandsForZeroExactly() {
        for (Range range : List.of(new Range(0, 3.3f), new Range(-1, 0), new Range(-0.77f, 1.93f), new Range(0, 0), new Range(0, 1e-42f))) {
            assertTrue(range.zeroPoint() >= 0 && range.zeroPoint() <= 255, range.toString());
            assertTrue(range.step() > 0, range.toString());
        }
        assertEquals(0, new Range(0, 7).zeroPoint());
        assertEquals(255, new Range(-7, 0).zeroPoint());
        assertThrows(IllegalArgumentException.class, () -> new Range(1, 2));
        assertThrows(IllegalArgumentException.class, () -> new Range(-Float.MAX_VALUE, Float.MAX_VALUE));
    }
}
