package dev.maskforge.vision;

/// A segment of a panoptic segmentation: one object of a thing class, or all that there is of a stuff class.
///
/// @param id      its number in the segmentation, 1 or more
/// @param trainId its class
/// @param score   probability of its class, 0 to 1; of a stuff class that several queries found, that of the first
/// @param area    its pixels, 1 or more
public record Segment(int id, int trainId, boolean isThing, float score, long area) {
    public Segment {
        if (id < 1 || trainId < 0 || area < 1) {
            throw new IllegalArgumentException("segment " + id + " of class " + trainId + " with " + area
                    + " pixels: ids count from 1, classes from 0, and no segment is empty");
        }
    }
}
