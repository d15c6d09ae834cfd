package dev.maskforge.cli;

import dev.maskforge.models.Task;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What `segment` writes of a picture.
enum Product {
    /// The class of each pixel, as the dataset's scripts want it.
    LABELS,
    /// The class of each pixel in its colour.
    COLOR,
    /// What was found over the picture, for people.
    OVERLAY,
    /// Panoptic segments as COCO's tools read them.
    PANOPTIC,
    /// Instances as COCO's tools read them, and for Cityscapes as its scripts do.
    INSTANCES;

    /// What is written by default for a model trained for a task.
    static Set<Product> standard(Task trained) {
        return switch (trained) {
            case SEMANTIC -> EnumSet.of(LABELS, COLOR, OVERLAY);
            case PANOPTIC -> EnumSet.of(PANOPTIC, OVERLAY);
            case INSTANCE -> EnumSet.of(INSTANCES, OVERLAY);
        };
    }

    /// Which answer it is made of.
    ///
    /// @param trained what the model was trained for, which its overlay shows
    Task answer(Task trained) {
        return switch (this) {
            case LABELS, COLOR -> Task.SEMANTIC;
            case PANOPTIC -> Task.PANOPTIC;
            case INSTANCES -> Task.INSTANCE;
            case OVERLAY -> trained;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
