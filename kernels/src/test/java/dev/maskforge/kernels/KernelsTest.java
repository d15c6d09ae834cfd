package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Operation.SemanticLabels;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What each implementation of the kernels must give: what the reference interpreter does, from the same tensors.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KernelsTest {
    /// Positions of up to 100 pixels have an error of half a unit in the last place, 4e-6, as samples between values of up to
    /// 4 then have 1.5e-5; a dozen of them are averaged.
    private static final double SAMPLING_TOLERANCE = 2e-5;
    /// Scores this close may come in either order; they are sums of some hundred products of numbers up to 1.
    private static final float TIE = 1e-5f;

    private final Kernels kernels;

    KernelsTest(Kernels kernels) {
        this.kernels = kernels;
    }

    @Test
    void saysWhatItIs() {
        System.out.println(kernels);
    }

    /// @param reach the standard deviation of offsets, in pixels
    record Attention(int pictures, int headWidth, double reach, DeformableAttention operation) {
        /// @param sizes height and width of each level
        static Attention of(int pictures, int heads, int points, int headWidth, double reach, int... sizes) {
            List<Level> levels = new ArrayList<>();
            for (int i = 0; i < sizes.length; i += 2) {
                levels.add(new Level(Dimension.of(sizes[i]), Dimension.of(sizes[i + 1])));
            }
            return new Attention(pictures, headWidth, reach, new DeformableAttention(heads, points, levels));
        }

        long tokens() {
            return operation.levels().stream().mapToLong(level -> level.tokens().size()).sum();
        }

        List<Tensor> inputs(Arena arena) {
            SplittableRandom random = new SplittableRandom(17);
            long samples = (long) operation.heads() * operation.points() * operation.levels().size();
            return List.of(gaussian(Shape.of(pictures, tokens(), (long) operation.heads() * headWidth), 1, random, arena),
                    gaussian(Shape.of(pictures, tokens(), 2 * samples), reach, random, arena),
                    gaussian(Shape.of(pictures, tokens(), samples), 3, random, arena));
        }

        @Override
        public String toString() {
            return pictures + " pictures, " + operation + ", " + headWidth + " channels a head, reach " + reach;
        }
    }

    private static Stream<Attention> attentions() {
        return Stream.of(Attention.of(1, 8, 4, 32, 2, 4, 8, 8, 16, 16, 32), Attention.of(1, 1, 1, 1, 1, 1, 1),
                Attention.of(2, 2, 3, 16, 1, 1, 1, 1, 2, 2, 1), Attention.of(1, 3, 2, 32, 4, 5, 7, 9, 13),
                Attention.of(2, 4, 4, 8, 3, 3, 11, 33, 1),
                Attention.of(1, 2, 4, 3, 2, 7, 5, 1, 9, 2, 2), Attention.of(1, 2, 4, 48, 2, 6, 6, 3, 3),
                Attention.of(1, 8, 4, 32, 1e3, 3, 5, 6, 10),
                Attention.of(1, 8, 4, 32, 1e30, 3, 5, 6, 10), Attention.of(1, 1, 2, 64, 0, 40, 3));
    }

    static Tensor gaussian(Shape shape, double deviation, SplittableRandom random, Arena arena) {
        Tensor tensor = Tensor.allocate(DataType.FLOAT32, shape, arena);
        for (long i = 0; i < shape.elementCount(); i++) {
            tensor.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (deviation * random.nextGaussian()));
        }
        return tensor;
    }

    private Tensor run(Operation operation, List<Tensor> inputs, TensorType type, int threads, Arena arena) {
        Tensor output = Tensor.allocate(type.dataType(), type.shape(), arena);
        Kernel kernel = kernels.prepare(operation, List.of()).bind(operation, inputs, output, new Scratch());
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            // Twice, since the first run leaves memory behind that the second finds.
            kernel.run(new Workers(executor, threads));
            output.memory().fill((byte) 77);
            kernel.run(new Workers(executor, threads));
        }
        return output;
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void deformableAttentionIsTheReferences(Attention attention) {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = attention.inputs(arena);
            Tensor expected = Interpreter.evaluate(attention.operation(), inputs);
            for (int threads : new int[]{1, 3}) {
                double error = error(expected, run(attention.operation(), inputs, expected.type(), threads, arena));
                System.out.printf("%s, %d threads: largest relative error %.1e of %.1e%n", attention, threads, error, SAMPLING_TOLERANCE);
                assertTrue(error <= SAMPLING_TOLERANCE, attention + ": " + error);
            }
        }
    }

    /// max|a - b| / max|b|, where all are numbers.
    private static double error(Tensor expected, Tensor actual) {
        float[] a = actual.toFloats();
        float[] b = expected.toFloats();
        double difference = 0;
        double largest = Double.MIN_NORMAL;
        for (int i = 0; i < a.length; i++) {
            assertTrue(Float.isFinite(a[i]), "element " + i + " is " + a[i]);
            difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
            largest = Math.max(largest, Math.abs(b[i]));
        }
        return difference / largest;
    }

    /// A position or a logit that is no number concerns its own query and head alone, and no memory beyond the tensors.
    @Test
    void whatIsNotANumberStaysWithItsQuery() {
        Attention attention = Attention.of(1, 2, 2, 32, 1, 3, 5, 2, 2);
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = attention.inputs(arena);
            inputs.get(1).memory().setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.NaN);
            inputs.get(1).memory().setAtIndex(ValueLayout.JAVA_FLOAT, 40, Float.POSITIVE_INFINITY);
            inputs.get(2).memory().setAtIndex(ValueLayout.JAVA_FLOAT, 12, Float.NaN);
            Tensor expected = Interpreter.evaluate(attention.operation(), inputs);
            float[] actual = run(attention.operation(), inputs, expected.type(), 1, arena).toFloats();
            for (int i = 0; i < actual.length; i++) {
                assertEquals(Float.isNaN(expected.toFloats()[i]), Float.isNaN(actual[i]), "element " + i);
            }
            assertTrue(Float.isNaN(actual[0]) && !Float.isNaN(actual[32]) && !Float.isNaN(actual[64]));
        }
    }

    record Head(int pictures, int queries, int classes, int maskHeight, int maskWidth, int height, int width) {
        SemanticLabels operation() {
            return new SemanticLabels(Dimension.of(height), Dimension.of(width));
        }

        List<Tensor> inputs(Arena arena) {
            SplittableRandom random = new SplittableRandom(23);
            return List.of(gaussian(Shape.of(pictures, queries, classes + 1L), 3, random, arena),
                    gaussian(Shape.of(pictures, queries, maskHeight, maskWidth), 4, random, arena));
        }
    }

    private static Stream<Head> heads() {
        return Stream.of(new Head(1, 100, 19, 16, 48, 64, 192), new Head(2, 7, 5, 3, 5, 12, 20), new Head(1, 1, 1, 1, 1, 4, 4),
                new Head(3, 5, 2, 1, 1, 1, 1), new Head(1, 20, 150, 9, 33, 36, 132), new Head(1, 10, 300, 8, 9, 16, 18),
                new Head(2, 13, 8, 7, 11, 13, 29), new Head(1, 4, 3, 40, 70, 13, 17), new Head(1, 100, 19, 5, 160, 20, 640),
                new Head(1, 6, 6, 2, 3, 34, 51));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void semanticLabelsAreTheReferences(Head head) {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = head.inputs(arena);
            Tensor expected = Interpreter.evaluate(head.operation(), inputs);
            Tensor scores = Interpreter.evaluate(new SemanticInference(head.operation().height(), head.operation().width()), inputs);
            int[] labels = labels(run(head.operation(), inputs, expected.type(), 1, arena));
            assertArrayEquals(labels, labels(run(head.operation(), inputs, expected.type(), 3, arena)));
            float largest = largestLead(labels(expected), labels, scores);
            System.out.printf("%s: where labels differ, scores do by at most %.1e%n", head, largest);
            assertTrue(largest <= TIE, head + ": " + largest);
        }
    }

    private static int[] labels(Tensor tensor) {
        int[] labels = new int[Math.toIntExact(tensor.elementCount())];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = tensor.dataType() == DataType.UINT8
                    ? Byte.toUnsignedInt(tensor.memory().get(ValueLayout.JAVA_BYTE, i))
                    : tensor.memory().get(Tensor.INT32, 4L * i);
        }
        return labels;
    }

    /// How far the expected class is ahead of the given one, where they are not the same, at most.
    private static float largestLead(int[] expected, int[] given, Tensor scores) {
        float[] all = scores.toFloats();
        int classes = Math.toIntExact(scores.shape().get(1).size());
        int pixels = Math.toIntExact(scores.shape().get(2).size() * scores.shape().get(3).size());
        float largest = 0;
        for (int i = 0; i < expected.length; i++) {
            int first = i / pixels * classes * pixels + i % pixels;
            largest = Math.max(largest, all[first + expected[i] * pixels] - all[first + given[i] * pixels]);
        }
        return largest;
    }
}
