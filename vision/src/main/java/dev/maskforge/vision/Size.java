package dev.maskforge.vision;

/// A height and a width in pixels, both positive.
public record Size(int height, int width) {
    public Size {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("a size must be positive, not " + height + "x" + width);
        }
    }

    /// Such as `512x1024`, height first.
    @Override
    public String toString() {
        return height + "x" + width;
    }
}
