package dev.maskforge.vision;

/// An sRGB colour; each channel is 0 to 255.
public record Colour(int red, int green, int blue) {
    private static final double GOLDEN_RATIO = 0.6180339887498949;
    private static final double OTHER_HUE = 0.45;

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

    /// A colour that is akin to this one and differs from its other shades; the first is the colour itself.
    ///
    /// @param index 0 or more
    Colour shade(int index) {
        if (index == 0) {
            return this;
        }
        // Steps by the golden ratio never come close to an earlier one soon.
        Colour other = ofHue(index * GOLDEN_RATIO % 1, 0.9, 1);
        return new Colour(between(red, other.red), between(green, other.green), between(blue, other.blue));
    }

    private static int between(int own, int other) {
        return (int) Math.round((1 - OTHER_HUE) * own + OTHER_HUE * other);
    }

    private static int channel(double hue, int offset, double saturation, double value) {
        double sector = (offset + 6 * hue) % 6;
        double part = Math.max(0, Math.min(1, Math.min(sector, 4 - sector)));
        return (int) Math.round(255 * value * (1 - saturation * part));
    }
}
