package dev.maskforge.graph.reference;

import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.Arrays;
import java.util.List;

/// Products of matrices. Each element is summed in double and rounded once.
final class LinearAlgebra {
    private LinearAlgebra() {
    }

    static Tensor matMul(Tensor a, Tensor b, Shape shape) {
        float[] left = Elements.floats(a);
        float[] right = Elements.floats(b);
        int m = Elements.size(a, -2);
        int inner = Elements.size(a, -1);
        int n = Elements.size(b, -1);
        float[] result = new float[Elements.count(shape)];
        Walk walk = Walk.broadcast(leading(shape), leading(a.shape()), leading(b.shape()));
        walk.rows((start, operands) -> {
            for (int i = 0; i < walk.rowLength(); i++) {
                int x = (operands[0] + i * walk.step(0)) * m * inner;
                int y = (operands[1] + i * walk.step(1)) * inner * n;
                product(left, x, right, y, result, (start + i) * m * n, m, inner, n);
            }
        });
        return Elements.tensor(shape, result);
    }

    private static Shape leading(Shape shape) {
        return new Shape(shape.dimensions().subList(0, shape.rank() - 2));
    }

    static Tensor linear(List<Tensor> inputs, Shape shape) {
        float[] x = Elements.floats(inputs.get(0));
        int channels = Elements.size(inputs.get(1), 1);
        int n = Elements.size(inputs.get(1), 0);
        float[] weight = transposed(Elements.floats(inputs.get(1)), n, channels);
        float[] result = new float[Elements.count(shape)];
        int rows = n == 0 ? 0 : result.length / n;
        if (inputs.size() == 3) {
            float[] bias = Elements.floats(inputs.get(2));
            for (int i = 0; i < rows; i++) {
                System.arraycopy(bias, 0, result, i * n, n);
            }
        }
        product(x, 0, weight, 0, result, 0, rows, channels, n);
        return Elements.tensor(shape, result);
    }

    /// One after the other, so that each is rounded as the operation of that name rounds.
    static Tensor feedForward(List<Tensor> inputs) {
        Tensor hidden = affine(inputs.get(0), inputs.get(1), inputs.get(2));
        return affine(Elementwise.unary(UnaryFunction.RELU, hidden), inputs.get(3), inputs.get(4));
    }

    /// x [..., C] · weight [C, M], rounded, + bias [M], rounded again.
    private static Tensor affine(Tensor x, Tensor weight, Tensor bias) {
        Shape shape = x.shape().with(-1, weight.shape().get(1));
        int n = Elements.size(weight, 1);
        float[] result = new float[Elements.count(shape)];
        int rows = n == 0 ? 0 : result.length / n;
        product(Elements.floats(x), 0, Elements.floats(weight), 0, result, 0, rows, Elements.size(weight, 0), n);
        return Elementwise.binary(BinaryFunction.ADD, Elements.tensor(shape, result), bias, shape);
    }

    /// Rows for columns, so that the innermost loop of a product runs through neighbours.
    static float[] transposed(float[] matrix, int rows, int columns) {
        float[] result = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = matrix[i * columns + j];
            }
        }
        return result;
    }

    /// result [m, n] += a [m, inner] · b [inner, n], each at its start.
    private static void product(float[] a, int aStart, float[] b, int bStart, float[] result, int start, int m, int inner, int n) {
        double[] sums = new double[n];
        for (int i = 0; i < m; i++) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < inner; k++) {
                addScaled(sums, a[aStart + i * inner + k], b, bStart + k * n);
            }
            for (int j = 0; j < n; j++) {
                result[start + i * n + j] = (float) (result[start + i * n + j] + sums[j]);
            }
        }
    }

    /// sums += factor · row, the loop that the compiler turns into vector instructions.
    static void addScaled(double[] sums, double factor, float[] matrix, int start) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] += factor * matrix[start + j];
        }
    }
}
