package dev.maskforge.vision;

/// What the original's configuration files say of panoptic and instance inference.
///
/// @param objectMaskThreshold `MODEL.MASK_FORMER.TEST.OBJECT_MASK_THRESHOLD`: only queries whose class is likelier become
///                            panoptic segments; 0 to 1
/// @param overlapThreshold    `MODEL.MASK_FORMER.TEST.OVERLAP_THRESHOLD`: a segment is dropped when others take more of its
///                            mask than leaves this share; 0 to 1
/// @param detectionsPerImage  `TEST.DETECTIONS_PER_IMAGE`: how many instances a picture has at most; 1 or more
public record Thresholds(double objectMaskThreshold, double overlapThreshold, int detectionsPerImage) {
    /// Those of most official models. MaskFormer's on ADE20K have an object mask threshold of 0.7, Mask2Former's on
    /// Mapillary Vistas of 0.
    public static final Thresholds OFFICIAL = new Thresholds(0.8, 0.8, 100);

    /// @throws IllegalArgumentException if one is out of its range
    public Thresholds {
        requireShare("object mask threshold", objectMaskThreshold);
        requireShare("overlap threshold", overlapThreshold);
        if (detectionsPerImage < 1) {
            throw new IllegalArgumentException("the number of detections per image must be 1 or more, not " + detectionsPerImage);
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("the " + name + " must be 0 to 1, not " + value);
        }
    }
}
