package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Margin;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;

/// Holds an engine's answer against a reference's.
public final class Comparator {
    private Comparator() {
    }

    /// The errors of all outputs, in the reference's order.
    ///
    /// @throws IllegalArgumentException if the two do not have the same outputs with the same types
    public static List<OutputError> errors(SequencedMap<String, Tensor> reference, Map<String, Tensor> other) {
        if (!reference.keySet().equals(other.keySet())) {
            throw new IllegalArgumentException(
                    "the outputs differ: " + reference.keySet() + " in the reference, " + other.keySet() + " in the other");
        }
        List<OutputError> errors = new ArrayList<>();
        reference.forEach((name, tensor) -> {
            Tensor answer = other.get(name);
            if (answer != null) {
                errors.add(error(name, tensor, answer));
            }
        });
        return errors;
    }

    /// The error of one output.
    ///
    /// @throws IllegalArgumentException if the two are not of one type
    public static OutputError error(String output, Tensor reference, Tensor other) {
        if (!reference.type().equals(other.type())) {
            throw new IllegalArgumentException("output '" + output + "' is " + reference + " in the reference, " + other + " in the other");
        }
        LongToDoubleFunction expected = numbers(reference);
        LongToDoubleFunction actual = numbers(other);
        double largestDifference = 0;
        double largestReference = 0;
        long count = reference.elementCount();
        for (long i = 0; i < count; i++) {
            double b = expected.applyAsDouble(i);
            double difference = difference(actual.applyAsDouble(i), b);
            largestDifference = Math.max(largestDifference, difference);
            if (Double.isFinite(b)) {
                largestReference = Math.max(largestReference, Math.abs(b));
            }
        }
        return new OutputError(output, largestDifference, largestReference);
    }

    private static double difference(double a, double b) {
        if (Double.compare(a, b) == 0 || a == b) {
            return 0;
        }
        double difference = Math.abs(a - b);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static LongToDoubleFunction numbers(Tensor tensor) {
        MemorySegment memory = tensor.memory();
        return switch (tensor.dataType()) {
            case FLOAT32 -> i -> memory.get(Tensor.FLOAT32, 4 * i);
            case FLOAT64 -> i -> memory.get(Tensor.FLOAT64, 8 * i);
            case FLOAT16 -> i -> Float.float16ToFloat(memory.get(Tensor.INT16, 2 * i));
            case BFLOAT16 -> i -> Float.intBitsToFloat(memory.get(Tensor.INT16, 2 * i) << 16);
            case INT64, INT32, UINT8, INT8, BOOL -> {
                LongUnaryOperator integers = integers(tensor);
                yield i -> (double) integers.applyAsLong(i);
            }
        };
    }

    private static LongUnaryOperator integers(Tensor tensor) {
        MemorySegment memory = tensor.memory();
        return switch (tensor.dataType()) {
            case INT64 -> i -> memory.get(Tensor.INT64, 8 * i);
            case INT32 -> i -> memory.get(Tensor.INT32, 4 * i);
            case INT8 -> i -> memory.get(ValueLayout.JAVA_BYTE, i);
            case UINT8 -> i -> Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, i));
            case BOOL -> i -> memory.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> throw new IllegalArgumentException("labels are integers, not " + tensor);
        };
    }

    /// How far labels agree with those that scores give.
    ///
    /// @param scores float32 `[N, K, H, W]` of the reference, 0 or more; the label is the first of the best
    /// @param labels uint8, int32 or int64 `[N, H, W]` of the other
    /// @throws IllegalArgumentException if the tensors are not of these types
    public static Agreement agreement(Tensor scores, Tensor labels) {
        requireScores(scores);
        Shape pixels = Shape.of(scores.shape().get(0), scores.shape().get(2), scores.shape().get(3));
        if (!labels.shape().equals(pixels)) {
            throw new IllegalArgumentException("labels of scores " + scores + " have the shape " + pixels + ", not " + labels);
        }
        LongUnaryOperator given = integers(labels);
        return agreement(scores, given);
    }

    /// How far two engines' scores, both float32 `[N, K, H, W]`, give the same labels.
    ///
    /// @throws IllegalArgumentException if the tensors are not of one such type
    public static Agreement agreementOfScores(Tensor reference, Tensor other) {
        requireScores(reference);
        if (!reference.type().equals(other.type())) {
            throw new IllegalArgumentException("scores are " + reference + " in the reference, " + other + " in the other");
        }
        LongFunction<Best> best = best(other);
        return agreement(reference, pixel -> best.apply(pixel).label());
    }

    private static void requireScores(Tensor scores) {
        if (scores.dataType() != DataType.FLOAT32 || scores.shape().rank() != 4 || scores.shape().get(1).size() < 1) {
            throw new IllegalArgumentException("scores are float32[N, K, H, W] with at least one class, not " + scores);
        }
    }

    private static Agreement agreement(Tensor scores, LongUnaryOperator labels) {
        LongFunction<Best> best = best(scores);
        long pixels = scores.elementCount() / scores.shape().get(1).size();
        AgreementCounter counter = new AgreementCounter();
        for (long pixel = 0; pixel < pixels; pixel++) {
            Best reference = best.apply(pixel);
            counter.add(reference.label(), Math.toIntExact(labels.applyAsLong(pixel)), reference.margin() > Agreement.MARGIN);
        }
        return counter.agreement();
    }

    /// The best class of a pixel and how far it is ahead of the next.
    private record Best(int label, float margin) {}

    /// By pixel, counted through all pictures.
    private static LongFunction<Best> best(Tensor scores) {
        int classes = Math.toIntExact(scores.shape().get(1).size());
        long area = scores.shape().get(2).size() * scores.shape().get(3).size();
        MemorySegment memory = scores.memory();
        return pixel -> {
            long start = pixel / area * classes * area + pixel % area;
            int label = 0;
            float best = memory.get(Tensor.FLOAT32, 4 * start);
            float second = 0;
            for (int k = 1; k < classes; k++) {
                float score = memory.get(Tensor.FLOAT32, 4 * (start + k * area));
                if (score > best) {
                    second = best;
                    best = score;
                    label = k;
                } else {
                    second = Math.max(second, score);
                }
            }
            return new Best(label, Margin.of(best, second));
        };
    }
}
