package dev.maskforge.vision;

/// A rectangle of pixels; its upper left one is (`x`, `y`). One without pixels is at (0, 0).
public record Box(int x, int y, int width, int height) {
    public Box {
        if (x < 0 || y < 0 || width < 0 || height < 0) {
            throw new IllegalArgumentException("no box has its corner at (" + x + ", " + y + ") and " + height + "x" + width + " pixels");
        }
    }

    /// The first column to the right of it.
    public int right() {
        return x + width;
    }

    /// The first row below it.
    public int bottom() {
        return y + height;
    }
}
