package dev.maskforge.vision;

import java.util.List;

/// The objects in a picture, those of the highest score first.
///
/// @param height of the picture
/// @param width  of the picture
public record InstanceSegmentation(int height, int width, List<Instance> instances) {
    /// @throws IllegalArgumentException if a mask has another size
    public InstanceSegmentation {
        instances = List.copyOf(instances);
        for (Instance instance : instances) {
            if (instance.mask().height() != height || instance.mask().width() != width) {
                throw new IllegalArgumentException("the " + instance.mask() + " is not of a picture of " + height + "x" + width);
            }
        }
    }

    @Override
    public String toString() {
        return "instance segmentation " + height + "x" + width + " of " + instances.size() + " instances";
    }
}
