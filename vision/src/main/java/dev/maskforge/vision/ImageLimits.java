package dev.maskforge.vision;

/// What a picture may ask for at most.
///
/// @param maximumPixels height times width; a picture that says it has more is refused before memory is taken for it
public record ImageLimits(long maximumPixels) {
    /// 89,478,485 pixels, where Pillow begins to warn: 256 MiB of RGB samples.
    public static final ImageLimits DEFAULT = new ImageLimits(89_478_485);

    public ImageLimits {
        if (maximumPixels < 1) {
            throw new IllegalArgumentException("a picture has at least one pixel, so the limit cannot be " + maximumPixels);
        }
    }
}
