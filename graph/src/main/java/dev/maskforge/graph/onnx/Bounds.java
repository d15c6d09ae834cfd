package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import java.util.Optional;

/// Comparisons of dimensions that hold whatever their symbols are, each at least 1.
final class Bounds {
    private Bounds() {
    }

    /// Whether a >= b for sure.
    static boolean isAtLeast(Dimension a, Dimension b) {
        Growth growth = a.minus(b).evaluate(new Least());
        return growth.grows() && growth.least() >= 0;
    }

    /// Where ONNX's Slice begins or ends: negative positions count from the end, those beyond are the end.
    ///
    /// @return empty if that depends on the symbols
    static Optional<Dimension> clamp(Dimension position, Dimension size) {
        Dimension counted = position.isConstant() && position.size() < 0 ? size.plus(position.size()) : position;
        boolean isEnd = position.isConstant() && position.size() >= Integer.MAX_VALUE;
        if (isEnd || isAtLeast(counted, size)) {
            return Optional.of(size);
        }
        if (isAtLeast(Dimension.ZERO, counted)) {
            return Optional.of(Dimension.ZERO);
        }
        return isAtLeast(size, counted) && isAtLeast(counted, Dimension.ZERO) ? Optional.of(counted) : Optional.empty();
    }

    /// @param least the value where every symbol is 1
    /// @param grows whether it never falls as symbols grow
    private record Growth(long least, boolean grows) {}

    private static final class Least implements Dimension.Arithmetic<Growth> {
        @Override
        public Growth constant(long value) {
            return new Growth(value, true);
        }

        @Override
        public Growth symbol(String name) {
            return new Growth(1, true);
        }

        @Override
        public Growth plus(Growth a, Growth b) {
            return new Growth(Math.addExact(a.least(), b.least()), a.grows() && b.grows());
        }

        @Override
        public Growth times(Growth a, Growth b) {
            boolean grows = a.grows() && b.grows() && a.least() >= 0 && b.least() >= 0;
            return new Growth(Math.multiplyExact(a.least(), b.least()), grows);
        }

        @Override
        public Growth ceilingDivide(Growth dividend, long divisor) {
            return new Growth(Math.ceilDiv(dividend.least(), divisor), dividend.grows());
        }
    }
}
