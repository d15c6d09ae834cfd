package dev.maskforge.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The dimensions of a tensor, outermost first.
public record Shape(List<Dimension> dimensions) {
    public Shape {
        dimensions = List.copyOf(dimensions);
    }

    public static Shape of(long... sizes) {
        Dimension[] dimensions = new Dimension[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            dimensions[axis] = Dimension.of(sizes[axis]);
        }
        return of(dimensions);
    }

    public static Shape of(Dimension... dimensions) {
        return new Shape(List.of(dimensions));
    }

    public int rank() {
        return dimensions.size();
    }

    /// The dimension at an axis; a negative axis counts from the end.
    public Dimension get(int axis) {
        return dimensions.get(axis(axis));
    }

    /// A non-negative axis from one that may count from the end.
    ///
    /// @throws IllegalArgumentException if the shape has no such axis
    public int axis(int axis) {
        int index = axis < 0 ? axis + rank() : axis;
        if (index < 0 || index >= rank()) {
            throw new IllegalArgumentException("shape " + this + " has no axis " + axis);
        }
        return index;
    }

    public Shape with(int axis, Dimension dimension) {
        List<Dimension> changed = new ArrayList<>(dimensions);
        changed.set(axis(axis), dimension);
        return new Shape(changed);
    }

    /// The shape where some symbols have become sizes.
    public Shape with(Map<String, Long> sizes) {
        return new Shape(dimensions.stream().map(dimension -> dimension.with(sizes)).toList());
    }

    public boolean isConstant() {
        return dimensions.stream().allMatch(Dimension::isConstant);
    }

    /// The sizes of a constant shape.
    ///
    /// @throws IllegalStateException if a dimension is known only at run time
    public long[] sizes() {
        return dimensions.stream().mapToLong(Dimension::size).toArray();
    }

    /// The number of elements.
    public Dimension elements() {
        return dimensions.stream().reduce(Dimension.ONE, Dimension::times);
    }

    /// The number of elements of a constant shape.
    ///
    /// @throws ArithmeticException if it does not fit in 64 bits
    public long elementCount() {
        long count = 1;
        for (Dimension dimension : dimensions) {
            count = Math.multiplyExact(count, dimension.size());
        }
        return count;
    }

    /// The sizes of the symbols for which this shape becomes `actual`: `[N, 3, 32*h, 32*w]` with `[1, 3, 64, 96]` gives
    /// `N = 1, h = 2, w = 3`. Each symbol must stand somewhere in a dimension `factor·symbol` of its own.
    ///
    /// @throws IllegalArgumentException if no sizes make the two equal; the message says at which axis
    public Map<String, Long> solve(Shape actual) {
        if (actual.rank() != rank()) {
            throw new IllegalArgumentException(
                    "shape " + actual + " does not fit " + this + ": it has " + actual.rank() + " axes, not " + rank());
        }
        Map<String, Long> sizes = new HashMap<>();
        for (int axis = 0; axis < rank(); axis++) {
            Dimension wanted = get(axis);
            if (wanted.symbols().size() != 1) {
                continue;
            }
            String symbol = wanted.symbols().iterator().next();
            Dimension factor = wanted.with(Map.of(symbol, 1L));
            if (wanted.equals(Dimension.symbol(symbol).times(factor)) && !sizes.containsKey(symbol)) {
                long size = actual.get(axis).size();
                if (size % factor.size() != 0) {
                    throw new IllegalArgumentException("shape " + actual + " does not fit " + this + ": axis " + axis + " is " + size
                            + ", not a multiple of " + factor);
                }
                sizes.put(symbol, size / factor.size());
            }
        }
        if (!with(sizes).equals(actual)) {
            throw new IllegalArgumentException("shape " + actual + " does not fit " + this);
        }
        return Map.copyOf(sizes);
    }

    /// The shape of an element-wise operation on two tensors, by the rule that numpy and ONNX share.
    ///
    /// @throws IllegalArgumentException if two dimensions differ and neither is 1
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = -rank; axis < 0; axis++) {
            Dimension x = -axis > a.rank() ? Dimension.ONE : a.get(axis);
            Dimension y = -axis > b.rank() ? Dimension.ONE : b.get(axis);
            if (!x.equals(y) && !x.equals(Dimension.ONE) && !y.equals(Dimension.ONE)) {
                throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast: " + x + " against " + y);
            }
            dimensions.add(x.equals(Dimension.ONE) ? y : x);
        }
        return new Shape(dimensions);
    }

    @Override
    public String toString() {
        return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
