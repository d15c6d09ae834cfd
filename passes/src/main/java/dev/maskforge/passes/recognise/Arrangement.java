package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How the axes of a value are made of those of another, its source: what a chain of Reshape, Transpose and Expand comes to.
///
/// The source's axes are cut into atoms, so that each axis of the value is a product of whole atoms: of `[n, 8·l, c]`
/// reshaped to `[n, l, 8, c]` the second axis is the source's second, cut in two. Axes of size 1 have no atoms.
///
/// @param source the atoms of each axis of the source, the outermost first
/// @param axes   the atoms of each axis of the value, those that Expand repeats included
record Arrangement(List<List<Atom>> source, List<List<Atom>> axes) {
    Arrangement {
        source = source.stream().map(List::copyOf).toList();
        axes = axes.stream().map(List::copyOf).toList();
    }

    /// A part of an axis. Atoms of one arrangement are told by their numbers.
    ///
    /// @param isRepeated whether Expand made it, so that all its elements are alike
    record Atom(int number, Dimension size, boolean isRepeated) {}

    /// Of a value that is its source.
    static Arrangement of(Shape shape) {
        List<List<Atom>> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(shape.get(axis).equals(Dimension.ONE) ? List.of() : List.of(new Atom(axis, shape.get(axis), false)));
        }
        return new Arrangement(axes, axes);
    }

    /// What it is after one more operation, if that only moves elements and can be said in atoms.
    Optional<Arrangement> then(Operation operation) {
        return switch (operation) {
            case Operation.Reshape(Shape shape) -> reshaped(shape);
            case Operation.Transpose(List<Integer> permutation) ->
                Optional.of(new Arrangement(source, permutation.stream().map(axes::get).toList()));
            case Operation.Expand(Shape shape) -> Optional.of(expanded(shape));
            default -> Optional.empty();
        };
    }

    private Optional<Arrangement> reshaped(Shape shape) {
        Arrangement current = this;
        Deque<Atom> left = new ArrayDeque<>(flat(axes));
        List<List<Atom>> result = new ArrayList<>();
        for (Dimension size : shape.dimensions()) {
            List<Atom> axis = new ArrayList<>();
            Dimension wanted = size;
            while (!wanted.equals(Dimension.ONE)) {
                Atom next = left.poll();
                if (next == null) {
                    return Optional.empty();
                }
                Optional<Dimension> rest = wanted.divideExactly(next.size());
                if (rest.isPresent()) {
                    axis.add(next);
                    wanted = rest.get();
                } else {
                    Optional<Dimension> inner = next.size().divideExactly(wanted);
                    if (inner.isEmpty()) {
                        return Optional.empty();
                    }
                    int number = current.fresh();
                    Atom high = new Atom(number, wanted, next.isRepeated());
                    Atom low = new Atom(number + 1, inner.get(), next.isRepeated());
                    current = current.cut(next, high, low);
                    result = cut(result, next, high, low);
                    axis.add(high);
                    left.push(low);
                    wanted = Dimension.ONE;
                }
            }
            result.add(axis);
        }
        return left.isEmpty() ? Optional.of(new Arrangement(current.source, result)) : Optional.empty();
    }

    private Arrangement cut(Atom atom, Atom high, Atom low) {
        return new Arrangement(cut(source, atom, high, low), cut(axes, atom, high, low));
    }

    private static List<List<Atom>> cut(List<List<Atom>> axes, Atom atom, Atom high, Atom low) {
        List<List<Atom>> result = new ArrayList<>();
        axes.forEach(
                axis -> result.add(axis.stream().flatMap(each -> each.equals(atom) ? Stream.of(high, low) : Stream.of(each)).toList()));
        return result;
    }

    private Arrangement expanded(Shape shape) {
        List<List<Atom>> result = new ArrayList<>();
        int number = fresh();
        int added = shape.rank() - axes.size();
        for (int axis = 0; axis < shape.rank(); axis++) {
            List<Atom> present = axis < added ? List.of() : axes.get(axis - added);
            boolean isRepeated = present.isEmpty() && !shape.get(axis).equals(Dimension.ONE);
            result.add(isRepeated ? List.of(new Atom(number++, shape.get(axis), true)) : present);
        }
        return new Arrangement(source, result);
    }

    /// A number that no atom has, nor any above it.
    private int fresh() {
        return 1 + Stream.concat(flat(source).stream(), flat(axes).stream()).mapToInt(Atom::number).max().orElse(-1);
    }

    boolean repeats() {
        return flat(axes).stream().anyMatch(Atom::isRepeated);
    }

    /// Whether the elements are the source's in the source's order.
    boolean isInOrder() {
        return flat(axes).equals(flat(source));
    }

    /// The atoms of an axis of the value; a negative one counts from the end.
    List<Atom> axis(int axis) {
        return axes.get(axis < 0 ? axis + axes.size() : axis);
    }

    /// The atoms of all axes from one to another, exclusive, in a row.
    List<Atom> axes(int from, int to) {
        return flat(axes.subList(from, to));
    }

    static List<Atom> flat(List<List<Atom>> axes) {
        return axes.stream().flatMap(List::stream).toList();
    }

    static Dimension size(List<Atom> atoms) {
        return atoms.stream().map(Atom::size).reduce(Dimension.ONE, Dimension::times);
    }

    static List<Atom> own(List<Atom> atoms) {
        return atoms.stream().filter(atom -> !atom.isRepeated()).toList();
    }

    /// The operations that make a value with these axes of the source, as few as there are.
    ///
    /// @param from   the source's shape
    /// @param wanted all atoms of the source, each once, and repeated ones
    List<Operation> operations(Shape from, List<List<Atom>> wanted) {
        return new ArrangementPlan(this, from).operations(wanted);
    }

    /// The same for the axes that the value has.
    List<Operation> operations(Shape from) {
        return operations(from, axes);
    }
}
