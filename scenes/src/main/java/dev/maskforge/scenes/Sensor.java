package dev.maskforge.scenes;

import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;

/// What a camera makes of the light: exposure by its meter, lens, tone curve, sharpening and noise.
///
/// @param blur     the share of its neighbours' light that a pixel gets
/// @param sharpen  how strongly edges are lifted afterwards
/// @param noise    the deviation in steps of 255 at middle grey
/// @param vignette the loss of light in the corners
/// @param seed     of the noise
record Sensor(double blur, double sharpen, double noise, double vignette, int seed) {
    private static final int STEPS = 4096;
    private static final double WHITE = 2.6;
    /// What the meter brings to middle grey.
    private static final double MIDDLE = 0.2;
    private static final byte[] TONES = tones();

    static Sensor by(Chance chance) {
        return new Sensor(chance.between(0.05, 0.3), chance.between(0, 0.5), chance.between(0.6, 2.6), chance.between(0, 0.32),
                (int) chance.bits());
    }

    RgbImage develop(Exposure exposure, Weather weather) {
        Size size = exposure.size();
        float[] lens = blurred(exposure.light(), size, (float) blur);
        double gain = weather.exposure() * MIDDLE / meter(lens, size);
        Vector tint = weather.tint().times(gain);
        for (int pixel = 0; pixel < size.height() * size.width(); pixel++) {
            double x = (pixel % size.width() + 0.5) / size.width() * 2 - 1;
            double y = (Math.floorDiv(pixel, size.width()) + 0.5) / size.height() * 2 - 1;
            double dim = 1 - vignette * 0.5 * (x * x + 0.6 * y * y);
            tone(lens, 3 * pixel, dim * tint.x(), dim * tint.y(), dim * tint.z());
        }
        float[] soft = blurred(lens, size, 0.5f);
        byte[] samples = new byte[lens.length];
        for (int i = 0; i < samples.length; i++) {
            double value = lens[i] + sharpen * (lens[i] - soft[i]);
            double grain = noise * (0.5 + value) * normal(i);
            samples[i] = (byte) Math.max(0, Math.min(255, Math.floor(255 * value + grain + 0.5)));
        }
        return RgbImage.ofRgb(samples, size.height(), size.width());
    }

    /// Compresses the lights by their brightness and encodes for sRGB: 0 to 1.
    private static void tone(float[] light, int at, double gainRed, double gainGreen, double gainBlue) {
        double red = light[at] * gainRed;
        double green = light[at + 1] * gainGreen;
        double blue = light[at + 2] * gainBlue;
        double brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        // Reinhard and others, "Photographic tone reproduction for digital images", equation 4.
        double factor = (1 + brightness / (WHITE * WHITE)) / (1 + brightness);
        double lift = 1.32 * factor;
        light[at] = encode(red * lift);
        light[at + 1] = encode(green * lift);
        light[at + 2] = encode(blue * lift);
    }

    /// A mean brightness that dark corners and bright skies do not pull far.
    private static double meter(float[] light, Size size) {
        double sum = 0;
        int pixels = size.height() * size.width();
        for (int pixel = 0; pixel < pixels; pixel++) {
            double brightness = 0.2126 * light[3 * pixel] + 0.7152 * light[3 * pixel + 1] + 0.0722 * light[3 * pixel + 2];
            sum += Math.sqrt(Math.min(brightness, 2));
        }
        double root = sum / pixels;
        return Math.max(0.02, root * root);
    }

    private static float encode(double linear) {
        double place = Math.max(0, Math.min(1, linear)) * STEPS;
        return (TONES[(int) place] & 0xff) / 255f;
    }

    private static byte[] tones() {
        byte[] tones = new byte[STEPS + 1];
        for (int i = 0; i <= STEPS; i++) {
            double linear = i / (double) STEPS;
            double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * StrictMath.pow(linear, 1 / 2.4) - 0.055;
            tones[i] = (byte) Math.floor(255 * encoded + 0.5);
        }
        return tones;
    }

    /// Each pixel mixed with the mean of its four neighbours.
    private static float[] blurred(float[] values, Size size, float share) {
        int row = 3 * size.width();
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int column = i % row;
            float left = values[column < 3 ? i : i - 3];
            float right = values[column >= row - 3 ? i : i + 3];
            float above = values[i < row ? i : i - row];
            float below = values[i >= values.length - row ? i : i + row];
            result[i] = (1 - share) * values[i] + share * 0.25f * (left + right + above + below);
        }
        return result;
    }

    /// About normal, deviation 1: the sum of four values of a hash.
    private double normal(int index) {
        int mixed = (index + seed) * 0x9e3779b9;
        mixed = (mixed ^ mixed >>> 16) * 0x85ebca6b;
        mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
        mixed ^= mixed >>> 16;
        int sum = (mixed & 0xff) + (mixed >>> 8 & 0xff) + (mixed >>> 16 & 0xff) + (mixed >>> 24);
        return (sum - 510) / 147.8;
    }
}
