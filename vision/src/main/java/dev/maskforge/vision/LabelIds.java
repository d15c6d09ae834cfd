package dev.maskforge.vision;

/// Which numbers stand for classes in a label picture.
public enum LabelIds {
    /// Those of the dataset's own label pictures, as official evaluation scripts want them.
    DATASET,
    /// Those of the model's output, 0 to K-1.
    TRAIN;

    int of(SegmentationClass segmentationClass) {
        return switch (this) {
            case DATASET -> segmentationClass.datasetId();
            case TRAIN -> segmentationClass.trainId();
        };
    }
}
