package dev.maskforge.vision;

import java.awt.image.BufferedImage;

/// A picture of 8-bit red, green and blue samples, `[height, width, 3]`, rows from top to bottom.
///
/// It shares the array that it was made of; whoever shares it treats it as read-only.
public final class RgbImage {
    private final byte[] samples;
    private final int height;
    private final int width;

    private RgbImage(byte[] samples, int height, int width) {
        this.samples = samples;
        this.height = height;
        this.width = width;
    }

    /// The picture of these samples, which are not copied.
    ///
    /// @param rgb `height * width * 3` bytes, red first
    /// @throws IllegalArgumentException if a size is not positive or the array has another length
    public static RgbImage ofRgb(byte[] rgb, int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("a picture of " + height + "x" + width + " pixels has no pixels");
        }
        if (rgb.length != 3L * height * width) {
            throw new IllegalArgumentException(
                    "an RGB picture of " + height + "x" + width + " pixels takes " + 3L * height * width + " bytes, not " + rgb.length);
        }
        return new RgbImage(rgb, height, width);
    }

    /// The pixels of an image as sRGB, copied; transparency is dropped, not blended.
    public static RgbImage of(BufferedImage image) {
        int height = image.getHeight();
        int width = image.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(height, width))];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0, at = 3 * y * width; x < width; x++, at += 3) {
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
        return new RgbImage(rgb, height, width);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /// The samples `[height, width, 3]`, shared, not copied.
    public byte[] samples() {
        return samples;
    }

    /// The pixel at a row and a column as `0xRRGGBB`.
    public int at(int y, int x) {
        int at = 3 * (y * width + x);
        return (samples[at] & 0xff) << 16 | (samples[at + 1] & 0xff) << 8 | samples[at + 2] & 0xff;
    }

    /// A copy for Java2D.
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row[x] = at(y, x);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return image;
    }

    @Override
    public String toString() {
        return "RGB picture " + height + "x" + width;
    }
}
