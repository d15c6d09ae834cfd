package dev.maskforge.evaluation;

/// A predicted object in a picture of COCO.
///
/// @param area  by which mistakes are of small, medium or large objects
/// @param score how sure the prediction is; only the order counts
record CocoDetection(int categoryId, CocoRegion region, double area, double score) {}
