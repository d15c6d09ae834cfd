package dev.maskforge.cli.bench;

import dev.maskforge.vision.Size;

/// What a run takes.
///
/// @param batch pictures at once
/// @param size  of each
public record RunShape(int batch, Size size) {
    public RunShape {
        if (batch < 1) {
            throw new IllegalArgumentException("a run takes one picture at least, not " + batch);
        }
    }

    static RunShape single(Size size) {
        return new RunShape(1, size);
    }

    /// Such as `512x1024`, or `8 of 512x1024`.
    @Override
    public String toString() {
        return batch == 1 ? size.toString() : batch + " of " + size;
    }
}
