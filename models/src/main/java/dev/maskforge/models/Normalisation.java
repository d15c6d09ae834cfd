package dev.maskforge.models;

import java.util.List;

/// (pixel - mean) / deviation, for each of red, green and blue, on values from 0 to 255.
public record Normalisation(List<Float> mean, List<Float> deviation) {
    /// ImageNet's, as `PIXEL_MEAN` and `PIXEL_STD` stand in every configuration of both repositories.
    public static final Normalisation IMAGENET = new Normalisation(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f));

    public Normalisation {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != 3 || deviation.size() != 3) {
            throw new IllegalArgumentException("a normalisation has three means and three deviations, not " + mean + " and " + deviation);
        }
    }
}
