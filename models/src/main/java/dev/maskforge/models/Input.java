package dev.maskforge.models;

import java.util.Locale;

/// What a graph takes of pictures.
public enum Input {
    /// `image` float32 `[N, 3, H, W]`: red, green and blue from 0 to 255, padded on the right and at the bottom with the mean.
    /// Any runtime takes it.
    IMAGE,
    /// `pixels` uint8 `[N, H, W, 3]`, and `valid` int32 `[N, 2]`: the height and the width of each picture from the upper left
    /// corner, beyond which it is as if padded with the mean. A quarter of the bytes, for engines that have
    /// [dev.maskforge.graph.Operation.Pixels] of their own.
    PIXELS;

    /// Such as `pixels`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
