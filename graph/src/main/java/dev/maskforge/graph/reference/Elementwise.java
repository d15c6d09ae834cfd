package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.function.DoubleBinaryOperator;

/// Operations on one element at a time.
final class Elementwise {
    /// erf is 1 in double precision from here on.
    private static final double ERF_IS_ONE = 6;

    private Elementwise() {
    }

    static Tensor unary(UnaryFunction function, Tensor x) {
        if (function == UnaryFunction.NOT) {
            byte[] input = Elements.bytes(x, DataType.BOOL);
            byte[] result = new byte[input.length];
            for (int i = 0; i < input.length; i++) {
                result[i] = (byte) (input[i] == 0 ? 1 : 0);
            }
            return Elements.tensor(DataType.BOOL, x.shape(), result);
        }
        FloatToDouble f = function(function);
        float[] input = Elements.floats(x);
        float[] result = new float[input.length];
        for (int i = 0; i < input.length; i++) {
            result[i] = (float) f.apply(input[i]);
        }
        return Elements.tensor(x.shape(), result);
    }

    @FunctionalInterface
    private interface FloatToDouble {
        double apply(float x);
    }

    private static FloatToDouble function(UnaryFunction function) {
        return switch (function) {
            case ABS -> Math::abs;
            case COS -> Math::cos;
            case ERF -> Elementwise::erf;
            case EXP -> Math::exp;
            case FLOOR -> Math::floor;
            case RELU -> x -> Math.max(x, 0f);
            case SIGMOID -> Elementwise::sigmoid;
            case SIN -> Math::sin;
            case SQRT -> Math::sqrt;
            case NOT -> throw new AssertionError("NOT takes bool");
        };
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /// The series of positive terms, 2/√π·exp(-x²)·Σ 2ⁿ·x²ⁿ⁺¹/(2n+1)!! (Abramowitz and Stegun, 7.1.6): nothing cancels.
    static double erf(double x) {
        if (Math.abs(x) >= ERF_IS_ONE) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    static Tensor binary(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        return switch (a.dataType()) {
            case FLOAT32 -> function.isComparison() ? compareFloats(function, a, b, shape) : floats(function, a, b, shape);
            case INT64 -> function.isComparison() ? compareLongs(function, a, b, shape) : longs(function, a, b, shape);
            case INT32 -> {
                Tensor result = binary(function, Casts.cast(a, DataType.INT64), Casts.cast(b, DataType.INT64), shape);
                yield function.isComparison() ? result : Casts.cast(result, DataType.INT32);
            }
            case BOOL -> booleans(function, a, b, shape);
            case FLOAT64 -> doubles(function, a, b, shape);
            case UINT8, INT8, FLOAT16, BFLOAT16 -> throw unsupported(function, a);
        };
    }

    @FunctionalInterface
    private interface FloatFunction {
        float apply(float a, float b);
    }

    @FunctionalInterface
    private interface LongFunction {
        long apply(long a, long b);
    }

    @FunctionalInterface
    private interface FloatTest {
        boolean holds(float a, float b);
    }

    @FunctionalInterface
    private interface LongTest {
        boolean holds(long a, long b);
    }

    private static Tensor floats(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        FloatFunction f = switch (function) {
            case ADD -> Float::sum;
            case SUBTRACT -> (x, y) -> x - y;
            case MULTIPLY -> (x, y) -> x * y;
            case DIVIDE -> (x, y) -> x / y;
            case POWER -> (x, y) -> (float) Math.pow(x, y);
            case MINIMUM -> Math::min;
            case MAXIMUM -> Math::max;
            case LESS, GREATER_OR_EQUAL, EQUAL, AND, OR -> throw unsupported(function, a);
        };
        float[] left = Elements.floats(a);
        float[] right = Elements.floats(b);
        float[] result = new float[Elements.count(shape)];
        Walk walk = Walk.broadcast(shape, a.shape(), b.shape());
        walk.rows((start, operands) -> {
            int x = operands[0];
            int y = operands[1];
            for (int i = 0; i < walk.rowLength(); i++) {
                result[start + i] = f.apply(left[x + i * walk.step(0)], right[y + i * walk.step(1)]);
            }
        });
        return Elements.tensor(shape, result);
    }

    /// PyTorch's exporter computes positions in float64 where nobody asked for it; nothing compares or raises them.
    private static Tensor doubles(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        DoubleBinaryOperator f = switch (function) {
            case ADD -> Double::sum;
            case SUBTRACT -> (x, y) -> x - y;
            case MULTIPLY -> (x, y) -> x * y;
            case DIVIDE -> (x, y) -> x / y;
            case MINIMUM -> Math::min;
            case MAXIMUM -> Math::max;
            case POWER, LESS, GREATER_OR_EQUAL, EQUAL, AND, OR -> throw unsupported(function, a);
        };
        Tensor result = Elements.zeros(DataType.FLOAT64, shape);
        Walk walk = Walk.broadcast(shape, a.shape(), b.shape());
        walk.rows((start, operands) -> {
            for (int i = 0; i < walk.rowLength(); i++) {
                double x = a.memory().get(Tensor.FLOAT64, 8L * (operands[0] + i * walk.step(0)));
                double y = b.memory().get(Tensor.FLOAT64, 8L * (operands[1] + i * walk.step(1)));
                result.memory().set(Tensor.FLOAT64, 8L * (start + i), f.applyAsDouble(x, y));
            }
        });
        return result;
    }

    /// Division rounds towards zero, as in C; powers are rounded from double.
    private static Tensor longs(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        LongFunction f = switch (function) {
            case ADD -> Long::sum;
            case SUBTRACT -> (x, y) -> x - y;
            case MULTIPLY -> (x, y) -> x * y;
            case DIVIDE -> (x, y) -> x / y;
            case POWER -> (x, y) -> (long) Math.pow((double) x, (double) y);
            case MINIMUM -> Math::min;
            case MAXIMUM -> Math::max;
            case LESS, GREATER_OR_EQUAL, EQUAL, AND, OR -> throw unsupported(function, a);
        };
        long[] left = Elements.longs(a);
        long[] right = Elements.longs(b);
        long[] result = new long[Elements.count(shape)];
        Walk walk = Walk.broadcast(shape, a.shape(), b.shape());
        walk.rows((start, operands) -> {
            int x = operands[0];
            int y = operands[1];
            for (int i = 0; i < walk.rowLength(); i++) {
                result[start + i] = f.apply(left[x + i * walk.step(0)], right[y + i * walk.step(1)]);
            }
        });
        return Elements.tensor(shape, result);
    }

    /// A comparison with NaN does not hold.
    private static Tensor compareFloats(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        FloatTest test = switch (function) {
            case LESS -> (x, y) -> x < y;
            case GREATER_OR_EQUAL -> (x, y) -> x >= y;
            case EQUAL -> (x, y) -> x == y;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, MINIMUM, MAXIMUM, AND, OR -> throw unsupported(function, a);
        };
        float[] left = Elements.floats(a);
        float[] right = Elements.floats(b);
        return test(shape, a, b, (x, y) -> test.holds(left[x], right[y]));
    }

    private static Tensor compareLongs(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        LongTest test = switch (function) {
            case LESS -> (x, y) -> x < y;
            case GREATER_OR_EQUAL -> (x, y) -> x >= y;
            case EQUAL -> (x, y) -> x == y;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, MINIMUM, MAXIMUM, AND, OR -> throw unsupported(function, a);
        };
        long[] left = Elements.longs(a);
        long[] right = Elements.longs(b);
        return test(shape, a, b, (x, y) -> test.holds(left[x], right[y]));
    }

    private static Tensor booleans(BinaryFunction function, Tensor a, Tensor b, Shape shape) {
        byte[] left = Elements.bytes(a, DataType.BOOL);
        byte[] right = Elements.bytes(b, DataType.BOOL);
        return switch (function) {
            case AND -> test(shape, a, b, (x, y) -> left[x] != 0 && right[y] != 0);
            case OR -> test(shape, a, b, (x, y) -> left[x] != 0 || right[y] != 0);
            case EQUAL -> test(shape, a, b, (x, y) -> (left[x] != 0) == (right[y] != 0));
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, MINIMUM, MAXIMUM, LESS, GREATER_OR_EQUAL -> throw unsupported(function, a);
        };
    }

    @FunctionalInterface
    private interface IndexTest {
        boolean holds(int a, int b);
    }

    private static Tensor test(Shape shape, Tensor a, Tensor b, IndexTest test) {
        byte[] result = new byte[Elements.count(shape)];
        Walk walk = Walk.broadcast(shape, a.shape(), b.shape());
        walk.rows((start, operands) -> {
            int x = operands[0];
            int y = operands[1];
            for (int i = 0; i < walk.rowLength(); i++) {
                result[start + i] = (byte) (test.holds(x + i * walk.step(0), y + i * walk.step(1)) ? 1 : 0);
            }
        });
        return Elements.tensor(DataType.BOOL, shape, result);
    }

    private static IllegalArgumentException unsupported(BinaryFunction function, Tensor a) {
        return new IllegalArgumentException(function + " does not take " + a.dataType() + " in the reference interpreter");
    }
}
