package dev.maskforge.kernels;

/// Memory that kernels which run one after the other share. It belongs to one thread at a time, and to those that it lends to.
public final class Scratch {
    private float[] floats = {};
    private final Slots<Panels> panels = new Slots<>(Panels::new);

    /// An array of at least so many elements, which mean nothing; it is the same until a larger one is asked for.
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }

    /// What workers take their panels from, one each; free again at each call.
    Slots<Panels> panels() {
        panels.restart();
        return panels;
    }

    /// A worker's arrays of products, as large as any kernel asked for; what is in them means nothing.
    static final class Panels {
        private float[] factors = {};
        private float[] products = {};

        /// For what is multiplied.
        float[] factors(int count) {
            if (factors.length < count) {
                factors = new float[count];
            }
            return factors;
        }

        /// For what comes of it.
        float[] products(int count) {
            if (products.length < count) {
                products = new float[count];
            }
            return products;
        }
    }
}
