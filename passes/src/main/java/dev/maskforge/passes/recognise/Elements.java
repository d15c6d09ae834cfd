package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;

/// Single elements of values, computed from constants and one value whose elements are told: to find out what a formula is
/// by asking it, whatever its parts are called and however large its tensors are.
///
/// In double precision. Sizes must be fixed. Not for use by several threads.
final class Elements {
    private static final int MOST_STEPS = 20_000_000;
    private static final int MOST_SUMMANDS = 1 << 16;
    private static final int DEEPEST = 500;

    private final Wiring wiring;
    private final String told;
    private final LongToDoubleFunction tells;
    private final Map<String, LongToDoubleFunction> constants = new HashMap<>();
    private final Map<String, long[]> sizes = new HashMap<>();
    private int steps;

    /// @param told  the value whose elements are told
    /// @param tells them, by their place in a row
    Elements(Wiring wiring, String told, LongToDoubleFunction tells) {
        this.wiring = wiring;
        this.told = told;
        this.tells = tells;
    }

    /// The element at a place, counted in a row; nothing if an operation on the way is not understood.
    OptionalDouble at(String value, long place) {
        try {
            return OptionalDouble.of(element(value, place, 0));
        } catch (UnsupportedOperationException _) {
            return OptionalDouble.empty();
        }
    }

    private double element(String value, long place, int depth) {
        if (value.equals(told)) {
            return tells.applyAsDouble(place);
        }
        LongToDoubleFunction constant = constants.get(value);
        if (constant != null) {
            return constant.applyAsDouble(place);
        }
        if (wiring.constant(value).isPresent()) {
            constants.put(value, Wiring.elements(wiring.constant(value).get()));
            return element(value, place, depth);
        }
        steps++;
        Node node = wiring.maker(value).filter(_ -> depth < DEEPEST && steps < MOST_STEPS).orElseThrow(UnsupportedOperationException::new);
        return computed(node, place, depth + 1);
    }

    private double computed(Node node, long place, int depth) {
        List<String> inputs = node.inputs();
        return switch (node.operation()) {
            case Operation.Reshape _ -> element(inputs.getFirst(), place, depth);
            case Operation.Cast(DataType to) when to == DataType.FLOAT32 || to == DataType.FLOAT64 || to == DataType.INT64 ->
                cast(element(inputs.getFirst(), place, depth), to);
            case Operation.Unary(UnaryFunction function) -> unary(function, element(inputs.getFirst(), place, depth));
            case Operation.Binary(BinaryFunction function) -> binary(function, broadcast(node, 0, place, depth),
                    broadcast(node, 1, place, depth));
            case Operation.Expand _ -> broadcast(node, 0, place, depth);
            case Operation.Range _ -> place;
            case Operation.Reduce(Reduction function, var axes, boolean keep) when function == Reduction.SUM && axes.size() == 1 ->
                sum(node, axes.getFirst(), keep, place, depth);
            default -> moved(node, place, depth);
        };
    }

    private double moved(Node node, long place, int depth) {
        String input = node.inputs().getFirst();
        long[] index = index(place, sizes(node.output()));
        long[] from = sizes(input);
        return switch (node.operation()) {
            case Operation.Transpose(List<Integer> permutation) -> {
                long[] moved = new long[index.length];
                for (int axis = 0; axis < index.length; axis++) {
                    moved[permutation.get(axis)] = index[axis];
                }
                yield element(input, place(moved, from), depth);
            }
            case Operation.Slice(int axis, var start, _) -> {
                index[wiring.shape(input).axis(axis)] += start.size();
                yield element(input, place(index, from), depth);
            }
            case Operation.Gather(int axis) -> element(input, gathered(node, wiring.shape(input).axis(axis), index, from, depth), depth);
            case Operation.Concat(int axis) -> joined(node, wiring.shape(input).axis(axis), index, depth);
            default -> throw new UnsupportedOperationException();
        };
    }

    private double joined(Node concat, int axis, long[] index, int depth) {
        for (String part : concat.inputs()) {
            long length = sizes(part)[axis];
            if (index[axis] < length) {
                return element(part, place(index, sizes(part)), depth);
            }
            index[axis] -= length;
        }
        throw new UnsupportedOperationException();
    }

    private long gathered(Node node, int axis, long[] index, long[] from, int depth) {
        long[] indices = sizes(node.inputs().get(1));
        long[] which = new long[indices.length];
        System.arraycopy(index, axis, which, 0, which.length);
        long chosen = (long) element(node.inputs().get(1), place(which, indices), depth);
        long[] data = new long[from.length];
        System.arraycopy(index, 0, data, 0, axis);
        data[axis] = chosen < 0 ? chosen + from[axis] : chosen;
        System.arraycopy(index, axis + which.length, data, axis + 1, from.length - axis - 1);
        if (data[axis] < 0 || data[axis] >= from[axis]) {
            throw new UnsupportedOperationException();
        }
        return place(data, from);
    }

    private double sum(Node node, int axis, boolean keep, long place, int depth) {
        String input = node.inputs().getFirst();
        long[] from = sizes(input);
        int at = wiring.shape(input).axis(axis);
        long[] index = index(place, sizes(node.output()));
        long[] full = new long[from.length];
        for (int i = 0, j = 0; i < from.length; i++) {
            if (i != at) {
                full[i] = index[j++];
            } else if (keep) {
                j++;
            }
        }
        if (from[at] > MOST_SUMMANDS) {
            throw new UnsupportedOperationException();
        }
        double sum = 0;
        for (full[at] = 0; full[at] < from[at]; full[at]++) {
            sum += element(input, place(full, from), depth);
        }
        return sum;
    }

    /// An operand's element that stands beside a place of the result.
    private double broadcast(Node node, int operand, long place, int depth) {
        String input = node.inputs().get(operand);
        long[] from = sizes(input);
        long[] index = index(place, sizes(node.output()));
        long[] own = new long[from.length];
        for (int axis = 0; axis < from.length; axis++) {
            own[axis] = from[axis] == 1 ? 0 : index[index.length - from.length + axis];
        }
        return element(input, place(own, from), depth);
    }

    private static double cast(double number, DataType to) {
        return to == DataType.INT64 ? (double) (long) number : number;
    }

    private static double unary(UnaryFunction function, double x) {
        return switch (function) {
            case ABS -> Math.abs(x);
            case COS -> Math.cos(x);
            case EXP -> Math.exp(x);
            case FLOOR -> Math.floor(x);
            case RELU -> Math.max(x, 0);
            case SIN -> Math.sin(x);
            case SQRT -> Math.sqrt(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case ERF, NOT -> throw new UnsupportedOperationException();
        };
    }

    private static double binary(BinaryFunction function, double a, double b) {
        return switch (function) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case POWER -> Math.pow(a, b);
            case MINIMUM -> Math.min(a, b);
            case MAXIMUM -> Math.max(a, b);
            case LESS, GREATER_OR_EQUAL, EQUAL, AND, OR -> throw new UnsupportedOperationException();
        };
    }

    private long[] sizes(String value) {
        return sizes.computeIfAbsent(value, name -> {
            Shape shape = wiring.shape(name);
            if (!shape.isConstant()) {
                throw new UnsupportedOperationException();
            }
            return shape.sizes();
        });
    }

    private static long[] index(long place, long[] sizes) {
        long[] index = new long[sizes.length];
        long rest = place;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
        }
        return index;
    }

    private static long place(long[] index, long[] sizes) {
        long place = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            place = place * sizes[axis] + index[axis];
        }
        return place;
    }
}
