package dev.maskforge.vision;

/// A class that a model tells apart.
///
/// @param trainId   its place in the model's output, and its label in a [LabelMap]
/// @param datasetId its id in the dataset's own label pictures, 0 to 65,535
/// @param isThing   whether single objects of it can be counted, as of `car` but not of `sky`
public record SegmentationClass(int trainId, int datasetId, String name, Colour colour, boolean isThing) {
    public SegmentationClass {
        if (trainId < 0 || datasetId < 0 || datasetId > 0xffff) {
            throw new IllegalArgumentException("class '" + name + "' has train id " + trainId + " and dataset id " + datasetId
                    + "; ids are 0 to 65535");
        }
    }
}
