package dev.maskforge.vision;

/// Where a picture lies in the network's input: resized as a whole, put into the upper left corner, and padded on the
/// right and at the bottom. All sizes are in pixels; the network sees the padded ones.
public record Geometry(int originalHeight, int originalWidth, int resizedHeight, int resizedWidth, int paddedHeight, int paddedWidth) {
    public Geometry {
        if (Math.min(Math.min(originalHeight, originalWidth), Math.min(resizedHeight, resizedWidth)) < 1) {
            throw new IllegalArgumentException("sizes must be positive: picture " + originalHeight + "x" + originalWidth + ", resized "
                    + resizedHeight + "x" + resizedWidth);
        }
        if (paddedHeight < resizedHeight || paddedWidth < resizedWidth) {
            throw new IllegalArgumentException("a picture of " + resizedHeight + "x" + resizedWidth + " pixels does not fit into "
                    + paddedHeight + "x" + paddedWidth);
        }
    }

    /// A picture that goes into the network as it is.
    public static Geometry of(int height, int width) {
        return new Geometry(height, width, height, width, height, width);
    }

    /// Whether the picture fills the network's input.
    public boolean isUnpadded() {
        return paddedHeight == resizedHeight && paddedWidth == resizedWidth;
    }

    /// Whether a pixel of the picture is a pixel of the network's input, so that nothing is resampled.
    public boolean isIdentity() {
        return originalHeight == resizedHeight && originalWidth == resizedWidth;
    }
}
