package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;

/// Keeps dimensions small: a file may ask for sums and products of sizes that grow without bounds.
final class Complexity {
    private static final long LARGEST_DIMENSION = 64;
    private static final long LARGEST_PRODUCT = 4096;

    private Complexity() {
    }

    /// Whether each dimension, and the product of all, can be computed at little cost.
    static boolean isBearable(Shape shape) {
        long product = 1;
        for (Dimension dimension : shape.dimensions()) {
            if (!isBearable(dimension)) {
                return false;
            }
            product = Math.min(product * terms(dimension), LARGEST_PRODUCT + 1);
        }
        return product <= LARGEST_PRODUCT;
    }

    static boolean isBearable(Dimension dimension) {
        return dimension.evaluate(new Length()) <= LARGEST_DIMENSION;
    }

    private static long terms(Dimension dimension) {
        return dimension.evaluate(new Terms());
    }

    /// How many numbers and symbols it takes to write a dimension down.
    private static final class Length implements Dimension.Arithmetic<Long> {
        @Override
        public Long constant(long value) {
            return 1L;
        }

        @Override
        public Long symbol(String name) {
            return 1L;
        }

        @Override
        public Long plus(Long a, Long b) {
            return a + b;
        }

        @Override
        public Long times(Long a, Long b) {
            return a + b;
        }

        /// Divisions within divisions are what recursion gets lost in.
        @Override
        public Long ceilingDivide(Long dividend, long divisor) {
            return dividend + 4;
        }
    }

    /// How many terms the sum has.
    private static final class Terms implements Dimension.Arithmetic<Long> {
        @Override
        public Long constant(long value) {
            return 1L;
        }

        @Override
        public Long symbol(String name) {
            return 1L;
        }

        @Override
        public Long plus(Long a, Long b) {
            return a + b;
        }

        @Override
        public Long times(Long a, Long b) {
            return a * b;
        }

        @Override
        public Long ceilingDivide(Long dividend, long divisor) {
            return 1L;
        }
    }
}
