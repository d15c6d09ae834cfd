package dev.maskforge.scenes;

import dev.maskforge.vision.Size;

/// The light on the sensor, linear red, green and blue a pixel, and how much of a mirror each pixel's ground is.
final class Exposure {
    private final Size size;
    private final float[] light;
    private final float[] mirror;

    Exposure(Size size) {
        this.size = size;
        this.light = new float[3 * size.height() * size.width()];
        this.mirror = new float[size.height() * size.width()];
    }

    void set(int pixel, double red, double green, double blue, double mirrorShare) {
        light[3 * pixel] = (float) red;
        light[3 * pixel + 1] = (float) green;
        light[3 * pixel + 2] = (float) blue;
        mirror[pixel] = (float) mirrorShare;
    }

    Size size() {
        return size;
    }

    /// Three values a pixel.
    float[] light() {
        return light;
    }

    /// 0 to 1 a pixel.
    float[] mirror() {
        return mirror;
    }
}
