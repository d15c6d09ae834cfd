package dev.maskforge.vision;

import dev.maskforge.graph.Tensor;

/// What enters the network, and the way back.
///
/// @param image    float32 `[1, 3, H, W]`: planes of red, green and blue from 0 to 255, not normalised, padded with the
///                 pixel mean
/// @param geometry where the picture lies in it
public record NetworkInput(Tensor image, Geometry geometry) {}
