package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.passes.recognise.Arrangement.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Says an arrangement of axes in as few operations as it takes: Reshape, Transpose, Reshape, and where elements are
/// repeated Expand and one more Reshape.
record ArrangementPlan(Arrangement arrangement, Shape from) {
    List<Operation> operations(List<List<Atom>> wanted) {
        if (Arrangement.flat(wanted).stream().noneMatch(Atom::isRepeated)) {
            return moved(wanted);
        }
        // Every repeated atom becomes an axis of its own, first of size 1.
        List<List<Atom>> apart = new ArrayList<>();
        List<Dimension> repeated = new ArrayList<>();
        for (List<Atom> axis : wanted) {
            List<Atom> run = new ArrayList<>();
            boolean isEmpty = true;
            for (Atom atom : axis) {
                if (atom.isRepeated()) {
                    if (!run.isEmpty()) {
                        apart.add(List.copyOf(run));
                        repeated.add(Arrangement.size(run));
                        run.clear();
                    }
                    apart.add(List.of());
                    repeated.add(atom.size());
                    isEmpty = false;
                } else {
                    run.add(atom);
                }
            }
            if (!run.isEmpty() || isEmpty) {
                apart.add(List.copyOf(run));
                repeated.add(Arrangement.size(run));
            }
        }
        List<Operation> operations = new ArrayList<>(moved(apart));
        Shape expanded = new Shape(repeated);
        operations.add(new Operation.Expand(expanded));
        addReshape(operations, expanded, shape(wanted));
        return List.copyOf(operations);
    }

    private static Shape shape(List<List<Atom>> axes) {
        return new Shape(axes.stream().map(Arrangement::size).toList());
    }

    private static void addReshape(List<Operation> operations, Shape from, Shape to) {
        if (!from.equals(to)) {
            operations.add(new Operation.Reshape(to));
        }
    }

    private List<Operation> moved(List<List<Atom>> wanted) {
        List<Operation> operations = new ArrayList<>();
        Shape to = shape(wanted);
        List<List<Atom>> runs = runs(Arrangement.flat(wanted));
        if (runs.size() <= 1) {
            addReshape(operations, from, to);
            return operations;
        }
        List<Integer> permutation = ofWholeAxes(wanted);
        if (!permutation.isEmpty()) {
            operations.add(new Operation.Transpose(permutation));
            return operations;
        }
        List<Atom> order = runs.stream().map(List::getFirst).toList();
        List<List<Atom>> sources = runs.stream().sorted((a, b) -> Integer.compare(place(a.getFirst()), place(b.getFirst()))).toList();
        Shape apart = shape(sources);
        addReshape(operations, from, apart);
        List<Atom> firsts = sources.stream().map(List::getFirst).toList();
        operations.add(new Operation.Transpose(order.stream().map(firsts::indexOf).toList()));
        addReshape(operations, shape(runs), to);
        return operations;
    }

    /// Where an atom stands among the source's.
    private int place(Atom atom) {
        return Arrangement.flat(arrangement.source()).indexOf(atom);
    }

    /// The atoms in this order, those together that follow one another in the source, too.
    private List<List<Atom>> runs(List<Atom> order) {
        List<List<Atom>> runs = new ArrayList<>();
        for (Atom atom : order) {
            if (!runs.isEmpty() && place(runs.getLast().getLast()) + 1 == place(atom)) {
                runs.getLast().add(atom);
            } else {
                runs.add(new ArrayList<>(List.of(atom)));
            }
        }
        return runs;
    }

    /// The permutation of the source's own axes that does it, if there is one; else none.
    private List<Integer> ofWholeAxes(List<List<Atom>> wanted) {
        List<Integer> left = new ArrayList<>(IntStream.range(0, arrangement.source().size()).boxed().toList());
        List<Integer> permutation = new ArrayList<>();
        for (List<Atom> axis : wanted) {
            int found = left.stream().filter(candidate -> arrangement.source().get(candidate).equals(axis)).findFirst().orElse(-1);
            if (found < 0) {
                return List.of();
            }
            left.remove(Integer.valueOf(found));
            permutation.add(found);
        }
        return left.isEmpty() ? permutation : List.of();
    }
}
