package dev.maskforge.models;

import dev.maskforge.graph.Dimension;

/// The batch and the size that a graph is made for, each fixed or free.
///
/// @param batch  number of pictures
/// @param height in pixels
/// @param width  in pixels
public record InputShape(Dimension batch, Dimension height, Dimension width) {
    /// Both networks halve the picture five times; nearly all configurations pad it to a multiple (`SIZE_DIVISIBILITY`).
    public static final int DIVISOR = 32;

    /// Any number of pictures of any size `32·h` by `32·w`.
    public static InputShape free() {
        return new InputShape(freeBatch(), Dimension.symbol("h").times(DIVISOR), Dimension.symbol("w").times(DIVISOR));
    }

    /// Any number of pictures of any size at all, for the configurations that do not pad (`SIZE_DIVISIBILITY: 0`). Sizes
    /// within such a graph are ceilings, which engines compute as they run.
    public static InputShape unpadded() {
        return new InputShape(freeBatch(), Dimension.symbol("height"), Dimension.symbol("width"));
    }

    /// Any number of pictures of one size.
    ///
    /// @throws IllegalArgumentException if a side is no multiple of [#DIVISOR]
    public static InputShape ofSize(long height, long width) {
        requireMultiple("height", height);
        requireMultiple("width", width);
        return new InputShape(freeBatch(), Dimension.of(height), Dimension.of(width));
    }

    /// The same with a fixed number of pictures.
    public InputShape withBatch(long batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch has at least one picture, not " + batch);
        }
        return new InputShape(Dimension.of(batch), height, width);
    }

    private static Dimension freeBatch() {
        return Dimension.symbol("n");
    }

    private static void requireMultiple(String what, long size) {
        if (size <= 0 || size % DIVISOR != 0) {
            long nearest = Math.max(DIVISOR, Math.round((double) size / DIVISOR) * DIVISOR);
            throw new IllegalArgumentException(
                    "the " + what + " " + size + " is no multiple of " + DIVISOR + "; " + nearest + " is the nearest");
        }
    }
}
