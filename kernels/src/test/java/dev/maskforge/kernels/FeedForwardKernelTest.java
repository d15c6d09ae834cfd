package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FeedForward;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Feed-forward networks must give what the reference interpreter does, from the same tensors. Not run, and reported so, on a
/// processor with short vectors.
class FeedForwardKernelTest {
    /// Results are sums of up to 1024 products of size 1/32, each off by the hidden element's own rounding of a sum of up to 256
    /// products: some ten roundings of 2⁻²⁴ of results of up to 5.
    private static final double TOLERANCE = 1e-5;

    private final Kernels kernels = Kernels.vector();

    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    private static List<Tensor> inputs(int pictures, int tokens, int width, int hidden, int outer, Arena arena) {
        SplittableRandom random = new SplittableRandom(5);
        return List.of(KernelsTest.gaussian(Shape.of(pictures, tokens, width), 1, random, arena),
                KernelsTest.gaussian(Shape.of(width, hidden), 1 / Math.sqrt(width), random, arena),
                KernelsTest.gaussian(Shape.of(hidden), 0.5, random, arena),
                KernelsTest.gaussian(Shape.of(hidden, outer), 1 / Math.sqrt(hidden), random, arena),
                KernelsTest.gaussian(Shape.of(outer), 0.5, random, arena));
    }

    private static List<Optional<Tensor>> constants(List<Tensor> inputs) {
        List<Optional<Tensor>> constants = new ArrayList<>(inputs.stream().map(Optional::of).toList());
        constants.set(0, Optional.empty());
        return constants;
    }

    private Kernel bind(List<Tensor> inputs, Tensor output) {
        return kernels.prepare(new FeedForward(), constants(inputs)).bind(new FeedForward(), inputs, output, new Scratch());
    }

    @ParameterizedTest
    @CsvSource({"1, 64, 32, 64, 32", "1, 1, 1, 1, 1", "2, 37, 19, 45, 21", "3, 70, 33, 31, 65", "1, 129, 16, 7, 3",
            "1, 300, 256, 1024, 256",
            "2, 9, 64, 96, 8"})
    void isTheReferences(int pictures, int tokens, int width, int hidden, int outer) {
        try (Arena arena = Arena.ofShared(); ExecutorService lent = Executors.newFixedThreadPool(2)) {
            List<Tensor> inputs = inputs(pictures, tokens, width, hidden, outer, arena);
            float[] expected = Interpreter.evaluate(new FeedForward(), inputs).toFloats();
            Tensor output = Tensor.allocate(DataType.FLOAT32, Shape.of(pictures, tokens, outer), arena);
            Kernel kernel = bind(inputs, output);
            float[] byOne = {};
            for (Workers workers : List.of(Workers.callerOnly(), new Workers(lent, 3))) {
                // Twice, since the first run leaves memory behind that the second finds.
                kernel.run(workers);
                output.memory().fill((byte) 77);
                kernel.run(workers);
                float[] actual = output.toFloats();
                double worst = 0;
                for (int i = 0; i < expected.length; i++) {
                    worst = Math.max(worst, Math.abs((double) actual[i] - expected[i]));
                    assertFalse(Float.isNaN(actual[i]));
                }
                System.out.printf(Locale.ROOT, "%d pictures of %d tokens, %d to %d to %d, %d threads: largest error %.1e of %.1e%n",
                        pictures,
                        tokens, width, hidden, outer, workers.threads(), worst, TOLERANCE);
                assertTrue(worst <= TOLERANCE, "off by " + worst);
                if (workers.threads() == 1) {
                    byOne = actual;
                } else {
                    assertArrayEquals(byOne, actual, "more threads give other results");
                }
            }
        }
    }

    /// And no other.
    @Test
    void whatIsNoNumberStaysInItsToken() {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = inputs(1, 20, 24, 40, 8, arena);
            inputs.getFirst().memory().setAtIndex(ValueLayout.JAVA_FLOAT, 11 * 24 + 3, Float.NaN);
            Tensor output = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 20, 8), arena);
            bind(inputs, output).run(Workers.callerOnly());
            float[] actual = output.toFloats();
            for (int i = 0; i < actual.length; i++) {
                assertTrue(Float.isNaN(actual[i]) == (i / 8 == 11), "token " + i / 8);
            }
        }
    }

    @Test
    void paysForManyTokensWithTheVectorApi() {
        Dimension n = Dimension.symbol("n");
        Dimension pixels = Dimension.symbol("h").times(Dimension.symbol("w"));
        assertTrue(kernels.feedForward(new TensorType(DataType.FLOAT32, Shape.of(n, pixels, Dimension.of(256)))));
        assertTrue(kernels.feedForward(new TensorType(DataType.FLOAT32, Shape.of(1, 256, 32))));
        assertFalse(kernels.feedForward(new TensorType(DataType.FLOAT32, Shape.of(n, Dimension.of(100), Dimension.of(256)))));
        assertFalse(kernels.feedForward(new TensorType(DataType.FLOAT32, Shape.of(256))));
        assertFalse(kernels.feedForward(new TensorType(DataType.FLOAT16, Shape.of(n, pixels, Dimension.of(256)))));
        assertFalse(Kernels.plain().feedForward(new TensorType(DataType.FLOAT32, Shape.of(n, pixels, Dimension.of(256)))));
    }

    /// Kernels that run in turn share their memory, of different sizes.
    @Test
    void sharesMemoryWithOthers() {
        try (Arena arena = Arena.ofShared()) {
            Scratch scratch = new Scratch();
            List<Kernel> all = new ArrayList<>();
            List<Tensor> expected = new ArrayList<>();
            List<Tensor> actual = new ArrayList<>();
            for (int width : new int[]{40, 8, 72}) {
                List<Tensor> inputs = inputs(1, 70, width, 2 * width, width, arena);
                Tensor output = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 70, width), arena);
                all.add(kernels.prepare(new FeedForward(), constants(inputs)).bind(new FeedForward(), inputs, output, scratch));
                expected.add(Interpreter.evaluate(new FeedForward(), inputs));
                actual.add(output);
            }
            for (int round = 0; round < 2; round++) {
                all.forEach(kernel -> kernel.run(Workers.callerOnly()));
            }
            for (int i = 0; i < all.size(); i++) {
                assertArrayEquals(expected.get(i).toFloats(), actual.get(i).toFloats(), (float) TOLERANCE);
            }
        }
    }

    @Test
    void withoutConstantsThereIsNone() {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = inputs(1, 2, 3, 4, 5, arena);
            assertThrows(IllegalArgumentException.class,
                    () -> kernels.prepare(new FeedForward(), inputs.stream().map(_ -> Optional.<Tensor>empty()).toList()));
            Operation operation = new FeedForward();
            assertThrows(IllegalArgumentException.class, () -> Kernels.plain().prepare(operation, constants(inputs)));
        }
    }

    @Test
    void runsAllocateNextToNothingOnceTheyAreCompiled() {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = inputs(1, 500, 64, 128, 64, arena);
            Tensor output = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 500, 64), arena);
            AllocationTest.assertAllocatesLittle(kernels, "feed-forward network", bind(inputs, output));
        }
    }
}
