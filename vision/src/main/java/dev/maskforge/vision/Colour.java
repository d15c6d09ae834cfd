package dev.maskforge.vision;

/// An sRGB colour; each channel is 0 to 255.
public record Colour(int red, int green, int blue) {
    public Colour {
        if ((red | green | blue) >>> 8 != 0) {
            throw new IllegalArgumentException("a colour's channels are 0 to 255, not " + red + ", " + green + ", " + blue);
        }
    }

    /// @param hue        once around the circle from 0 to 1, red first
    /// @param saturation 0 to 1
    /// @param value      0 to 1
    static Colour ofHue(double hue, double saturation, double value) {
        return new Colour(channel(hue, 5, saturation, value), channel(hue, 3, saturation, value), channel(hue, 1, saturation, value));
    }

    private static int channel(double hue, int offset, double saturation, double value) {
        double sector = (offset + 6 * hue) % 6;
        double part = Math.max(0, Math.min(1, Math.min(sector, 4 - sector)));
        return (int) Math.round(255 * value * (1 - saturation * part));
    }
}
