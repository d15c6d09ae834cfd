package dev.maskforge.models;

import dev.maskforge.graph.Dimension;

/// The batch and the size that a graph is made for, each fixed or free.
///
/// @param batch  number of pictures
/// @param height in pixels, a multiple of [#DIVISOR]
/// @param width  in pixels, a multiple of [#DIVISOR]
public record InputShape(Dimension batch, Dimension height, Dimension width) {
    /// Both networks halve the picture five times (`SIZE_DIVISIBILITY` in the configurations).
    public static final int DIVISOR = 32;

    /// Checks that both sides are multiples of 32.
    ///
    /// @throws IllegalArgumentException if one is not
    public InputShape {
        check("height", height);
        check("width", width);
    }

    /// Any number of pictures of any size `32·h` by `32·w`.
    public static InputShape free() {
        return new InputShape(freeBatch(), Dimension.symbol("h").times(DIVISOR), Dimension.symbol("w").times(DIVISOR));
    }

    /// Any number of pictures of one size.
    public static InputShape ofSize(long height, long width) {
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

    private static void check(String what, Dimension size) {
        if (size.isConstant() && (size.size() <= 0 || size.size() % DIVISOR != 0)) {
            long nearest = Math.max(DIVISOR, Math.round((double) size.size() / DIVISOR) * DIVISOR);
            throw new IllegalArgumentException(
                    "the " + what + " " + size + " is no multiple of " + DIVISOR + "; " + nearest + " is the nearest");
        }
    }
}
