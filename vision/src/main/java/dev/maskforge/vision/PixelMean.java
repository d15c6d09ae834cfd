package dev.maskforge.vision;

/// The mean of each channel of the pictures that a network was trained with, on the scale 0 to 255. Padding takes this
/// colour, which the normalisation inside the network turns into zeros.
public record PixelMean(float red, float green, float blue) {
    /// Of ImageNet; every official configuration has it (`MODEL.PIXEL_MEAN`).
    public static final PixelMean IMAGENET = new PixelMean(123.675f, 116.28f, 103.53f);
}
