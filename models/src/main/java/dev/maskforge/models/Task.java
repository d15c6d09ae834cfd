package dev.maskforge.models;

import java.util.Locale;

/// What a model was trained to say of a picture.
public enum Task {
    /// A class for each pixel.
    SEMANTIC,
    /// A class and an identity for each pixel.
    PANOPTIC,
    /// A mask, a class and a score for each object.
    INSTANCE;

    /// Such as `semantic`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
