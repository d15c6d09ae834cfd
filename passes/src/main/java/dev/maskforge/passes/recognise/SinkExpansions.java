package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.Arrangement.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// f(Expand(x), Expand(y), ...) -> Expand(f(x, y, ...)) for f that works element by element, and for reductions along other
/// axes; with any Reshape and Transpose between. A mask that is the same for all heads is then computed once.
final class SinkExpansions implements Rule {
    @Override
    public String name() {
        return "compute before repeating";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        return switch (last.operation()) {
            case Operation.Unary _,Operation.Cast _,Operation.Binary _,Operation.Where _ -> elementwise(last, wiring);
            case Operation.Reduce reduce -> reduction(reduce, last, wiring);
            default -> Finding.NOTHING;
        };
    }

    /// An operand and the axes that it goes on with.
    private record Operand(Trace trace, List<List<Atom>> axes) {
        Value build(Value source, Wiring wiring, GraphBuilder builder) {
            return Trace.apply(trace.arrangement().operations(wiring.shape(trace.source()), axes), source, builder);
        }
    }

    private static Finding elementwise(Node last, Wiring wiring) {
        List<Trace> traces = last.inputs().stream().map(input -> Trace.withRepeats(input, wiring)).toList();
        if (traces.stream().noneMatch(trace -> trace.arrangement().repeats())) {
            return Finding.NOTHING;
        }
        List<Integer> others = IntStream.range(0, traces.size()).filter(i -> !isNumber(last.inputs().get(i), wiring)).boxed().toList();
        if (others.size() == 1 && wiring.shape(last.inputs().get(others.getFirst())).equals(wiring.shape(last.output()))) {
            return ofOne(last, others.getFirst(), traces.get(others.getFirst()), wiring);
        }
        int rank = wiring.shape(last.output()).rank();
        List<Optional<List<Atom>>> kinds = new ArrayList<>();
        boolean isWorthIt = false;
        for (int axis = 0; axis < rank; axis++) {
            Optional<List<Atom>> kind = kind(traces, axis - rank);
            kinds.add(kind);
            isWorthIt |= kind.stream().flatMap(List::stream).anyMatch(Atom::isRepeated);
        }
        if (!isWorthIt) {
            return Finding.NOTHING;
        }
        List<Operand> operands = traces.stream().map(trace -> new Operand(trace, reduced(trace.arrangement(), kinds))).toList();
        Shape output = wiring.shape(last.output());
        return Finding.found((values, builder) -> {
            Value[] inputs = operands.stream().map(operand -> operand.build(values.apply(operand.trace().source()), wiring, builder))
                    .toArray(Value[]::new);
            Value result = builder.add(last.operation(), inputs);
            return Trace.apply(repeated(result.shape(), kinds, output), result, builder);
        });
    }

    private static boolean isNumber(String value, Wiring wiring) {
        return wiring.constant(value).filter(constant -> constant.elementCount() == 1).isPresent();
    }

    /// Of one value and numbers, all that moves elements goes behind.
    private static Finding ofOne(Node last, int place, Trace trace, Wiring wiring) {
        List<Operation> operations = trace.arrangement().operations(wiring.shape(trace.source()));
        return Finding.found((values, builder) -> {
            Value[] inputs = new Value[last.inputs().size()];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = i == place
                        ? values.apply(trace.source())
                        : values.apply(last.inputs().get(i)).reshape(new Shape(List.of()));
            }
            return Trace.apply(operations, builder.add(last.operation(), inputs), builder);
        });
    }

    /// What an axis is made of, if that is the same for all operands that have it.
    private static Optional<List<Atom>> kind(List<Trace> traces, int axis) {
        List<List<Atom>> present = traces.stream().map(trace -> atoms(trace.arrangement(), axis)).filter(atoms -> !atoms.isEmpty())
                .toList();
        boolean isSame = !present.isEmpty() && present.stream().allMatch(atoms -> isLike(atoms, present.getFirst()));
        return isSame ? Optional.of(present.getFirst()) : Optional.empty();
    }

    private static boolean isLike(List<Atom> a, List<Atom> b) {
        return a.size() == b.size() && IntStream.range(0, a.size())
                .allMatch(i -> a.get(i).size().equals(b.get(i).size()) && a.get(i).isRepeated() == b.get(i).isRepeated());
    }

    /// Of an axis counted from the end; one that the operand does not have is of size 1.
    private static List<Atom> atoms(Arrangement arrangement, int axis) {
        return -axis > arrangement.axes().size() ? List.of() : arrangement.axis(axis);
    }

    /// Every own atom of an axis becomes an axis, what is repeated is left out; an axis of which operands think differently
    /// stays what it is.
    private static List<List<Atom>> reduced(Arrangement arrangement, List<Optional<List<Atom>>> kinds) {
        List<List<Atom>> axes = new ArrayList<>();
        for (int axis = 0; axis < kinds.size(); axis++) {
            List<Atom> atoms = atoms(arrangement, axis - kinds.size());
            if (kinds.get(axis).isEmpty()) {
                axes.add(atoms);
            } else {
                List<Atom> own = Arrangement.own(atoms);
                for (int i = 0; i < Arrangement.own(kinds.get(axis).get()).size(); i++) {
                    axes.add(atoms.isEmpty() ? List.of() : List.of(own.get(i)));
                }
            }
        }
        return axes;
    }

    /// From what was computed once to the output.
    private static List<Operation> repeated(Shape result, List<Optional<List<Atom>>> kinds, Shape output) {
        Arrangement arrangement = Arrangement.of(result);
        List<List<Atom>> axes = new ArrayList<>();
        int next = 0;
        int fresh = result.rank();
        for (Optional<List<Atom>> kind : kinds) {
            if (kind.isEmpty()) {
                axes.add(arrangement.axis(next++));
                continue;
            }
            List<Atom> axis = new ArrayList<>();
            for (Atom atom : kind.get()) {
                if (atom.isRepeated()) {
                    axis.add(new Atom(fresh++, atom.size(), true));
                } else {
                    axis.addAll(arrangement.axis(next++));
                }
            }
            axes.add(axis);
        }
        List<Operation> operations = arrangement.operations(result, axes);
        Dimension made = Arrangement.size(Arrangement.flat(axes));
        if (!made.equals(output.elements())) {
            throw new IllegalStateException("what was computed once, " + result + ", does not come to " + output);
        }
        return operations;
    }

    /// A reduction goes on with one axis for each that it reduces, and the own atoms of the others.
    private static Finding reduction(Operation.Reduce reduce, Node last, Wiring wiring) {
        Trace trace = Trace.withRepeats(last.inputs().getFirst(), wiring);
        Shape input = wiring.shape(last.inputs().getFirst());
        List<Integer> reduced = reduce.axes().stream().map(input::axis).toList();
        List<List<Atom>> axes = new ArrayList<>();
        List<Optional<List<Atom>>> kinds = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        boolean isWorthIt = false;
        for (int axis = 0; axis < input.rank(); axis++) {
            List<Atom> atoms = trace.arrangement().axis(axis);
            if (reduced.contains(axis)) {
                places.add(axes.size());
                axes.add(atoms);
                if (reduce.keepDimensions()) {
                    kinds.add(Optional.of(List.of()));
                }
            } else {
                isWorthIt |= atoms.stream().anyMatch(Atom::isRepeated);
                Arrangement.own(atoms).forEach(atom -> axes.add(List.of(atom)));
                kinds.add(Optional.of(atoms));
            }
        }
        if (!isWorthIt) {
            return Finding.NOTHING;
        }
        Operation smaller = new Operation.Reduce(reduce.function(), places, false);
        Operand operand = new Operand(trace, axes);
        Shape output = wiring.shape(last.output());
        return Finding.found((values, builder) -> {
            Value result = builder.add(smaller, operand.build(values.apply(trace.source()), wiring, builder));
            return Trace.apply(repeated(result.shape(), kinds, output), result, builder);
        });
    }
}
