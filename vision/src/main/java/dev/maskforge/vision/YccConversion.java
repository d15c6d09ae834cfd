package dev.maskforge.vision;

/// From luma and chroma to colours as libjpeg computes it, for the two cases that the JDK's decoder does not do as
/// Pillow's: YCCK, which it leaves as it is stored, and chroma halved vertically alone (4:4:0), which it repeats where
/// libjpeg-turbo interpolates.
///
/// Factors have 16 bits of fraction: 1.402, 0.34414, 0.71414, 1.772.
final class YccConversion {
    private static final int HALF = 1 << 15;

    private YccConversion() {
    }

    static int red(int luma, int redChroma) {
        return clip(luma + (91881 * (redChroma - 128) + HALF >> 16));
    }

    static int green(int luma, int blueChroma, int redChroma) {
        return clip(luma + (-22554 * (blueChroma - 128) - 46802 * (redChroma - 128) + HALF >> 16));
    }

    static int blue(int luma, int blueChroma) {
        return clip(luma + (116130 * (blueChroma - 128) + HALF >> 16));
    }

    private static int clip(int colour) {
        return Math.min(255, Math.max(0, colour));
    }

    /// Turns samples Y, Cb, Cr, whose chroma rows come in equal pairs, into red, green, blue. A chroma row is three parts
    /// of its own and one of the nearer neighbour; the first and the last are their own neighbours.
    ///
    /// @param samples `[height, width, 3]`, overwritten
    static void interpolateRowPairs(byte[] samples, int height, int width) {
        int stride = 3 * width;
        int pairs = Math.ceilDiv(height, 2);
        byte[] above = new byte[stride];
        byte[] own = new byte[stride];
        byte[] below = new byte[stride];
        System.arraycopy(samples, 0, above, 0, stride);
        System.arraycopy(samples, 0, own, 0, stride);
        for (int pair = 0; pair < pairs; pair++) {
            int following = Math.min(pair + 1, pairs - 1);
            if (following > pair) {
                System.arraycopy(samples, 2 * following * stride, below, 0, stride);
            } else {
                System.arraycopy(own, 0, below, 0, stride);
            }
            convert(samples, 2 * pair * stride, own, above, 1);
            if (2 * pair + 1 < height) {
                convert(samples, (2 * pair + 1) * stride, own, below, 2);
            }
            byte[] spare = above;
            above = own;
            own = below;
            below = spare;
        }
    }

    private static void convert(byte[] samples, int row, byte[] own, byte[] neighbour, int rounding) {
        for (int x = 0; x < own.length; x += 3) {
            int luma = samples[row + x] & 0xff;
            int blueChroma = 3 * (own[x + 1] & 0xff) + (neighbour[x + 1] & 0xff) + rounding >> 2;
            int redChroma = 3 * (own[x + 2] & 0xff) + (neighbour[x + 2] & 0xff) + rounding >> 2;
            samples[row + x] = (byte) red(luma, redChroma);
            samples[row + x + 1] = (byte) green(luma, blueChroma, redChroma);
            samples[row + x + 2] = (byte) blue(luma, blueChroma);
        }
    }
}
