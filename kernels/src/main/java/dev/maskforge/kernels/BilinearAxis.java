package dev.maskforge.kernels;

/// Bilinear interpolation along one axis as PyTorch's `interpolate(mode="bilinear", align_corners=False)` does it, without
/// antialiasing, in float32: output `i` is `(1 - fraction[i]) * input[lower[i]] + fraction[i] * input[upper[i]]`.
public final class BilinearAxis {
    private final int[] lower;
    private final int[] upper;
    private final float[] fraction;

    private BilinearAxis(int[] lower, int[] upper, float[] fraction) {
        this.lower = lower;
        this.upper = upper;
        this.fraction = fraction;
    }

    /// The first outputs of an axis.
    ///
    /// @param in   size of the input, positive
    /// @param out  size of the whole output, which sets the scale
    /// @param kept how many outputs are wanted, from the first on
    public static BilinearAxis of(int in, int out, int kept) {
        int[] lower = new int[kept];
        int[] upper = new int[kept];
        float[] fraction = new float[kept];
        float scale = (float) in / out;
        for (int i = 0; i < kept; i++) {
            float source = Math.max(0, scale * (i + 0.5f) - 0.5f);
            lower[i] = Math.min((int) source, in - 1);
            upper[i] = Math.min(lower[i] + 1, in - 1);
            fraction[i] = Math.min(1, Math.max(0, source - lower[i]));
        }
        return new BilinearAxis(lower, upper, fraction);
    }

    /// All outputs of an axis.
    public static BilinearAxis of(int in, int out) {
        return of(in, out, out);
    }

    public int[] lower() {
        return lower;
    }

    public int[] upper() {
        return upper;
    }

    /// From 0 to 1.
    public float[] fraction() {
        return fraction;
    }
}
