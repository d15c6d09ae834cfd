package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A sum of products of two tensors whose axes have letters for names, as Einsum writes it, by what becomes of each axis.
///
/// @param left    the first tensor's axes
/// @param right   the second's
/// @param result  the result's
/// @param batch   those of all three
/// @param rows    those of the first and the result
/// @param inner   those of both, which are summed over
/// @param columns those of the second and the result
record Contraction(String left, String right, String result, String batch, String rows, String inner, String columns) {
    static Contraction of(String left, String right, String result) {
        return new Contraction(left, right, result, those(result, left, right, true, true), those(result, left, right, true, false),
                left.chars().filter(axis -> has(right, axis) && !has(result, axis)).mapToObj(Character::toString)
                        .collect(Collectors.joining()),
                those(result, left, right, false, true));
    }

    private static String those(String of, String left, String right, boolean inLeft, boolean inRight) {
        return of.chars().filter(axis -> has(left, axis) == inLeft && has(right, axis) == inRight).mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static boolean has(String axes, int axis) {
        return axes.indexOf(axis) >= 0;
    }

    /// Whether no axis is left over, and something is summed over.
    boolean isProduct() {
        return !inner.isEmpty() && batch.length() + rows.length() + columns.length() == result.length()
                && batch.length() + rows.length() + inner.length() == left.length()
                && batch.length() + columns.length() + inner.length() == right.length();
    }

    /// Whether axes of one name have one size; ONNX lets sizes of 1 pass for any.
    boolean fits(Shape first, Shape second) {
        return first.rank() == left.length() && second.rank() == right.length() && (batch + inner).chars()
                .allMatch(axis -> first.get(left.indexOf(axis)).equals(second.get(right.indexOf(axis))));
    }

    Value build(Value first, Value second) {
        List<Dimension> sizes = new ArrayList<>();
        for (char axis : (batch + rows + columns).toCharArray()) {
            sizes.add(has(left, axis) ? first.size(left.indexOf(axis)) : second.size(right.indexOf(axis)));
        }
        Value product = matrix(first, left, rows, inner).matMul(matrix(second, right, inner, columns)).reshape(new Shape(sizes));
        return product.transpose(permutation(batch + rows + columns, result));
    }

    /// `[batch, rows, columns]`, several axes in one.
    private Value matrix(Value x, String axes, String matrixRows, String matrixColumns) {
        Value sorted = x.transpose(permutation(axes, batch + matrixRows + matrixColumns));
        Shape shape = sorted.shape();
        int first = batch.length();
        int second = first + matrixRows.length();
        List<Dimension> sizes = new ArrayList<>(shape.dimensions().subList(0, first));
        sizes.add(new Shape(shape.dimensions().subList(first, second)).elements());
        sizes.add(new Shape(shape.dimensions().subList(second, shape.rank())).elements());
        return sorted.reshape(new Shape(sizes));
    }

    private static Integer[] permutation(String from, String to) {
        return to.chars().mapToObj(from::indexOf).toArray(Integer[]::new);
    }
}
