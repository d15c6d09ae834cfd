package dev.maskforge.evaluation;

/// A true object in a picture of COCO.
///
/// @param area    as annotated, by which objects are small, medium or large
/// @param isCrowd whether it is several objects that are not told apart, which detections may lie in
record CocoObject(int categoryId, CocoRegion region, double area, boolean isCrowd) {}
