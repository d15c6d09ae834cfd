package dev.maskforge.kernels;

/// Memory that kernels which run one after the other share. It belongs to one thread at a time.
public final class Scratch {
    private float[] floats = {};

    /// An array of at least so many elements, which mean nothing; it is the same until a larger one is asked for.
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }
}
