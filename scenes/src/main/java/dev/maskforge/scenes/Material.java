package dev.maskforge.scenes;

/// @param colour its mean colour in linear light, each channel 0 to 1, as a vector of red, green and blue
record Material(Surface surface, Vector colour) {
    /// @param rgb the mean colour as sRGB, `0xRRGGBB`
    static Material of(Surface surface, int rgb) {
        return new Material(surface, new Vector(linear(rgb >> 16 & 0xff), linear(rgb >> 8 & 0xff), linear(rgb & 0xff)));
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : StrictMath.pow((value + 0.055) / 1.055, 2.4);
    }
}
