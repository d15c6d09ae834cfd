package dev.maskforge.vision;

/// A picture that is being drawn. What lies outside is cut off.
final class Canvas {
    private final byte[] rgb;
    private final int height;
    private final int width;

    Canvas(int height, int width, Colour background) {
        this.rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(height, width))];
        this.height = height;
        this.width = width;
        fill(0, 0, width, height, background, 255);
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    RgbImage image() {
        return RgbImage.ofRgb(rgb, height, width);
    }

    /// Lays a colour over a rectangle.
    ///
    /// @param opacity 0 to 255
    void fill(int x, int y, int columns, int rows, Colour colour, int opacity) {
        for (int row = Math.max(0, y); row < Math.min(height, y + rows); row++) {
            for (int column = Math.max(0, x); column < Math.min(width, x + columns); column++) {
                int at = 3 * (row * width + column);
                rgb[at] = mixed(rgb[at], colour.red(), opacity);
                rgb[at + 1] = mixed(rgb[at + 1], colour.green(), opacity);
                rgb[at + 2] = mixed(rgb[at + 2], colour.blue(), opacity);
            }
        }
    }

    /// Puts a picture into the upper left corner.
    void put(RgbImage picture) {
        for (int row = 0; row < Math.min(height, picture.height()); row++) {
            System.arraycopy(picture.samples(), 3 * row * picture.width(), rgb, 3 * row * width, 3 * Math.min(width, picture.width()));
        }
    }

    private static byte mixed(byte below, int above, int opacity) {
        return (byte) (((below & 0xff) * (255 - opacity) + above * opacity + 127) / 255);
    }
}
