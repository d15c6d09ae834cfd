package dev.maskforge.evaluation;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.Mask;
import java.util.List;

/// A predicted object in a picture of Cityscapes.
///
/// @param labelId    its [CityscapesLabel]'s id, or -1 for the licence plate
/// @param confidence how sure the prediction is; only the order counts
public record CityscapesInstance(int labelId, double confidence, Mask mask) {
    /// What a model said of a picture.
    public static List<CityscapesInstance> of(InstanceSegmentation segmentation, ClassList classes) {
        return segmentation.instances().stream()
                .map(instance -> new CityscapesInstance(classes.get(instance.trainId()).datasetId(), instance.score(), instance.mask()))
                .toList();
    }
}
