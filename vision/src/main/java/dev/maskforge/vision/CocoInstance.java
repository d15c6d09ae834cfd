package dev.maskforge.vision;

import java.util.List;

/// One instance in COCO's file of results.
///
/// @param categoryId of the dataset
/// @param runs       COCO's run lengths of the mask as text
public record CocoInstance(CocoImage image, int categoryId, String runs, Box box, float score) {
    /// The instances of a picture, the highest score first.
    ///
    /// @throws IllegalArgumentException if they are of a picture of another size
    public static List<CocoInstance> of(CocoImage image, InstanceSegmentation segmentation, ClassList classes) {
        if (image.height() != segmentation.height() || image.width() != segmentation.width()) {
            throw new IllegalArgumentException("the " + segmentation + " is not of " + image);
        }
        return segmentation.instances().stream()
                .map(instance -> new CocoInstance(image, classes.get(instance.trainId()).datasetId(), CocoRle.text(instance.mask()),
                        instance.mask().box(), instance.score()))
                .toList();
    }
}
