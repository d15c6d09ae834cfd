package dev.maskforge.kernels;

/// The inner loops of post-processing, in plain Java.
///
/// They are written for the compiler's vectoriser: all arrays of a loop share one index, bodies are small enough to be
/// unrolled to the vector's width, there are no branches. Merging two of these loops makes them slower.
public final class Lanes {
    static final float LOG2_E = 1.442695f;
    /// ln 2 in two parts; the first has so few bits that its product with a small integer is exact.
    static final float LN_2_HIGH = 0.6933594f;
    static final float LN_2_LOW = -2.1219444e-4f;
    /// 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits of the sum.
    static final float ROUNDER = 12582912f;
    /// Below, `1 + exp` is 1 in float32.
    static final float LOWEST_EXPONENT = -25f;
    /// Above, `exp` would leave float32; the sigmoid is then below 2e-38.
    static final float HIGHEST_EXPONENT = 87f;

    private Lanes() {
    }

    /// `target[i] = (1 - fraction) * a[i] + fraction * b[i]`
    public static void blend(float[] a, float[] b, float fraction, float[] target, int count) {
        float rest = 1 - fraction;
        for (int i = 0; i < count; i++) {
            target[i] = rest * a[i] + fraction * b[i];
        }
    }

    /// `target[i] = (1 - fraction) * row[i] + fraction * row[i + 1]`
    public static void blendNeighbours(float[] row, float fraction, float[] target, int count) {
        float rest = 1 - fraction;
        for (int i = 0; i < count; i++) {
            target[i] = rest * row[i] + fraction * row[i + 1];
        }
    }

    /// `target[i] = (1 - fraction) * row[i + 1] + fraction * row[i + 2]`
    public static void blendNextNeighbours(float[] row, float fraction, float[] target, int count) {
        float rest = 1 - fraction;
        for (int i = 0; i < count; i++) {
            target[i] = rest * row[i + 1] + fraction * row[i + 2];
        }
    }

    /// `target[i] = 1 / (1 + exp(-x[i]))`, with a relative error below 2e-7 where it is above 2e-38. A NaN stays one.
    ///
    /// exp by Cephes' `expf`: with n = round(u / ln 2) and |f| <= ln 2 / 2, exp(u) = 2^n * polynomial(f).
    ///
    /// @param u       scratch
    /// @param rounded scratch
    public static void sigmoid(float[] x, float[] target, float[] u, float[] rounded, int count) {
        negatedAndRounded(x, u, rounded, count);
        exponentialOfFraction(u, rounded, count);
        inverse(u, rounded, target, count);
    }

    private static void negatedAndRounded(float[] x, float[] u, float[] rounded, int count) {
        for (int i = 0; i < count; i++) {
            float clamped = Math.min(Math.max(-x[i], LOWEST_EXPONENT), HIGHEST_EXPONENT);
            u[i] = clamped;
            rounded[i] = clamped * LOG2_E + ROUNDER;
        }
    }

    static void exponentialOfFraction(float[] u, float[] rounded, int count) {
        for (int i = 0; i < count; i++) {
            float n = rounded[i] - ROUNDER;
            float f = u[i] - n * LN_2_HIGH - n * LN_2_LOW;
            float p = 1.9875691e-4f;
            p = p * f + 1.3981999e-3f;
            p = p * f + 8.333452e-3f;
            p = p * f + 4.1665796e-2f;
            p = p * f + 1.6666666e-1f;
            p = p * f + 0.5f;
            u[i] = p * f * f + f + 1;
        }
    }

    private static void inverse(float[] exponential, float[] rounded, float[] target, int count) {
        for (int i = 0; i < count; i++) {
            int exponent = Float.floatToRawIntBits(rounded[i]) << 23;
            target[i] = 1 / (1 + Float.intBitsToFloat(exponent + Float.floatToRawIntBits(exponential[i])));
        }
    }

    /// Adds three weighted rows to each of two sums: `sum[i] += p·x[i] + q·y[i] + r·z[i]`.
    ///
    /// @param weights p, q, r of the first sum at `first`, of the second at `second`
    public static void mix(float[] x, float[] y, float[] z, float[] weights, int first, int second, float[] sum, float[] otherSum,
            int count) {
        float p = weights[first];
        float q = weights[first + 1];
        float r = weights[first + 2];
        float otherP = weights[second];
        float otherQ = weights[second + 1];
        float otherR = weights[second + 2];
        for (int i = 0; i < count; i++) {
            float a = x[i];
            float b = y[i];
            float c = z[i];
            sum[i] = sum[i] + p * a + q * b + r * c;
            otherSum[i] = otherSum[i] + otherP * a + otherQ * b + otherR * c;
        }
    }

    /// Where `candidate[i] > best[i]`, it becomes the best and `label` its label.
    public static void challenge(float[] candidate, int label, float[] best, int[] labels, int count) {
        for (int i = 0; i < count; i++) {
            if (candidate[i] > best[i]) {
                best[i] = candidate[i];
                labels[i] = label;
            }
        }
    }

    /// `target[i] = factor * x[i]`
    public static void scale(float[] x, float factor, float[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = factor * x[i];
        }
    }

    /// How many elements are `least` or more.
    public static int countAtLeast(float least, float[] x, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += x[i] >= least ? 1 : 0;
        }
        return found;
    }

    /// How many elements are above `limit`.
    public static int countAbove(float limit, float[] x, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += x[i] > limit ? 1 : 0;
        }
        return found;
    }

    /// The lowest element; a NaN if there is one.
    public static float minimum(float[] x, int count) {
        float lowest = Float.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            lowest = Math.min(lowest, x[i]);
        }
        return lowest;
    }
}
