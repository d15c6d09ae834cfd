package dev.maskforge.graph.reference;

import dev.maskforge.graph.Shape;
import java.util.Arrays;

/// Goes through the elements of a result in order, row by row, and keeps beside it where each operand stands.
///
/// An operand has a step for each axis of the result: 0 along axes that it is repeated on. Neighbouring axes that all
/// operands walk as one are joined, so that two tensors of one shape are a single row.
final class Walk {
    private final int[] sizes;
    private final int[][] steps;

    private Walk(int[] sizes, int[][] steps) {
        this.sizes = sizes;
        this.steps = steps;
    }

    @FunctionalInterface
    interface Row {
        /// One row of the result.
        ///
        /// @param start    index of its first element in the result
        /// @param operands index of the first element in each operand; the array is used again
        void at(int start, int[] operands);
    }

    /// The walk over a result that operands of these shapes are broadcast to.
    static Walk broadcast(Shape result, Shape... operands) {
        int[][] steps = new int[operands.length][];
        for (int i = 0; i < operands.length; i++) {
            steps[i] = broadcastSteps(operands[i], result);
        }
        return of(result, steps);
    }

    /// The walk over a result with these steps, for each operand one for each axis.
    static Walk of(Shape result, int[]... steps) {
        int rank = result.rank();
        int[] sizes = new int[Math.max(1, rank)];
        Arrays.fill(sizes, 1);
        int[][] joined = new int[steps.length][sizes.length];
        int last = 0;
        for (int axis = 0; axis < rank; axis++) {
            int size = Elements.size(result, axis);
            if (axis > 0 && !continues(joined, steps, last, axis, size)) {
                last++;
            }
            sizes[last] *= size;
            for (int i = 0; i < steps.length; i++) {
                joined[i][last] = steps[i][axis];
            }
        }
        int axes = last + 1;
        return new Walk(Arrays.copyOf(sizes, axes), Arrays.stream(joined).map(row -> Arrays.copyOf(row, axes)).toArray(int[][]::new));
    }

    private static boolean continues(int[][] joined, int[][] steps, int last, int axis, int size) {
        for (int i = 0; i < steps.length; i++) {
            if (joined[i][last] != steps[i][axis] * size) {
                return false;
            }
        }
        return true;
    }

    /// How far apart neighbours along each axis lie in a tensor.
    static int[] steps(Shape shape) {
        int[] steps = new int[shape.rank()];
        int step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            steps[axis] = step;
            step *= Elements.size(shape, axis);
        }
        return steps;
    }

    private static int[] broadcastSteps(Shape operand, Shape result) {
        int[] own = steps(operand);
        int[] steps = new int[result.rank()];
        int missing = result.rank() - operand.rank();
        for (int axis = 0; axis < operand.rank(); axis++) {
            steps[missing + axis] = Elements.size(operand, axis) == 1 ? 0 : own[axis];
        }
        return steps;
    }

    int rowLength() {
        return sizes[sizes.length - 1];
    }

    /// An operand's step along a row.
    int step(int operand) {
        return steps[operand][sizes.length - 1];
    }

    void rows(Row row) {
        int count = 1;
        for (int axis = 0; axis < sizes.length - 1; axis++) {
            count *= sizes[axis];
        }
        int[] position = new int[sizes.length];
        int[] operands = new int[steps.length];
        for (int i = 0; i < count; i++) {
            row.at(i * rowLength(), operands);
            advance(position, operands);
        }
    }

    private void advance(int[] position, int[] operands) {
        for (int axis = sizes.length - 2; axis >= 0; axis--) {
            position[axis]++;
            boolean within = position[axis] < sizes[axis];
            for (int i = 0; i < operands.length; i++) {
                operands[i] += within ? steps[i][axis] : -steps[i][axis] * (sizes[axis] - 1);
            }
            if (within) {
                return;
            }
            position[axis] = 0;
        }
    }
}
