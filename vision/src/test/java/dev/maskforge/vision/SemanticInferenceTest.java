package dev.maskforge.vision;

import com.sun.management.ThreadMXBean;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Lanes;
import dev.maskforge.kernels.Workers;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SemanticInferenceTest {
    /// Scores are sums of up to `Q` products of float32 numbers, each off by a few 6e-8; interpolation of logits around
    /// 10 adds their rounding, 1e-6, through the sigmoid's slope of at most 1/4.
    private static final double SCORE_TOLERANCE = 2e-6;

    private final SemanticInference inference = SemanticInference.singleThreaded();

    record Case(String name, QueryOutputs outputs, Geometry geometry) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("network size", SemanticReference.outputs(1, 10, 19, 16, 24, 1), Geometry.of(64, 96)),
                new Case("cropped", SemanticReference.outputs(1, 9, 19, 16, 24, 2), new Geometry(61, 83, 61, 83, 64, 96)),
                new Case("cropped and enlarged", SemanticReference.outputs(1, 7, 5, 16, 24, 3), new Geometry(130, 170, 61, 83, 64, 96)),
                new Case("cropped and shrunk", SemanticReference.outputs(1, 8, 6, 16, 24, 4), new Geometry(40, 31, 63, 50, 64, 96)),
                new Case("one side enlarged, one shrunk", SemanticReference.outputs(1, 8, 6, 16, 24, 5),
                        new Geometry(90, 50, 64, 96, 64, 96)),
                new Case("not a whole number of times larger", SemanticReference.outputs(1, 5, 4, 17, 25, 6), Geometry.of(66, 98)),
                new Case("masks at full size", SemanticReference.outputs(1, 5, 4, 32, 32, 7), Geometry.of(32, 32)),
                new Case("one pixel", SemanticReference.outputs(1, 3, 4, 8, 8, 8), new Geometry(1, 1, 1, 1, 32, 32)),
                new Case("one query, one class", SemanticReference.outputs(1, 1, 1, 8, 8, 9), Geometry.of(32, 32)),
                new Case("300 classes", SemanticReference.outputs(1, 40, 300, 8, 8, 10), new Geometry(50, 40, 32, 25, 32, 32)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithDoublePrecision(Case test) {
        Geometry geometry = test.geometry();
        double[][][] expected = SemanticReference.scores(test.outputs(), 0, geometry);
        Tensor scores = Tensor.of(Shape.of(expected.length, geometry.originalHeight(), geometry.originalWidth()),
                new float[expected.length * geometry.originalHeight() * geometry.originalWidth()]);
        inference.scores(test.outputs(), 0, geometry, scores);
        SemanticInference.ConfidentLabels confident = inference.confidentLabels(test.outputs(), 0, geometry);

        double largest = 0;
        int labelsSeen = 0;
        int unsure = 0;
        float[] actual = scores.toFloats();
        float[] confidence = confident.confidence().toFloats();
        boolean[] seen = new boolean[expected.length];
        for (int y = 0; y < geometry.originalHeight(); y++) {
            for (int x = 0; x < geometry.originalWidth(); x++) {
                int pixel = y * geometry.originalWidth() + x;
                int best = 0;
                double second = Double.NEGATIVE_INFINITY;
                for (int c = 0; c < expected.length; c++) {
                    double score = expected[c][y][x];
                    largest = Math.max(largest,
                            Math.abs(actual[c * geometry.originalHeight() * geometry.originalWidth() + pixel] - score));
                    if (c > 0 && score > expected[best][y][x]) {
                        second = expected[best][y][x];
                        best = c;
                    } else if (c > 0) {
                        second = Math.max(second, score);
                    }
                }
                if (expected[best][y][x] - second > 2 * SCORE_TOLERANCE) {
                    assertEquals(best, confident.labels().at(y, x), "at row " + y + ", column " + x);
                } else {
                    unsure++;
                }
                assertEquals(expected[best][y][x], confidence[pixel], SCORE_TOLERANCE);
                labelsSeen += seen[best] ? 0 : 1;
                seen[best] = true;
            }
        }
        System.out.printf("%s: largest error of scores %.1e, %d classes seen, %d pixels too close to call%n", test, largest, labelsSeen,
                unsure);
        assertTrue(largest <= SCORE_TOLERANCE, "largest error " + largest);
        assertTrue(unsure <= confidence.length / 1000, unsure + " pixels too close to call");
        assertEquals(inference.labels(test.outputs(), 0, geometry), confident.labels());
    }

    @Test
    void takesTheRightPictureOfABatch() {
        QueryOutputs batch = SemanticReference.outputs(3, 6, 5, 8, 8, 11);
        Geometry geometry = Geometry.of(32, 32);
        float[] classLogits = batch.classLogits().toFloats();
        float[] maskLogits = batch.maskLogits().toFloats();
        for (int image = 0; image < 3; image++) {
            QueryOutputs alone = new QueryOutputs(
                    Tensor.of(Shape.of(1, 6, 6), Arrays.copyOfRange(classLogits, image * 36, (image + 1) * 36)),
                    Tensor.of(Shape.of(1, 6, 8, 8), Arrays.copyOfRange(maskLogits, image * 384, (image + 1) * 384)));
            assertEquals(inference.labels(alone, 0, geometry), inference.labels(batch, image, geometry));
        }
        assertThrows(IllegalArgumentException.class, () -> inference.labels(batch, 3, geometry));
    }

    @Test
    void theFirstOfEqualClassesWins() {
        QueryOutputs tied = new QueryOutputs(Tensor.of(Shape.of(1, 1, 4), 0f, 2, 2, 0), Tensor.of(Shape.of(1, 1, 2, 2), 1f, 1, 1, 1));
        LabelMap labels = inference.labels(tied, 0, Geometry.of(8, 8));
        assertArrayEquals(new int[]{0, 64, 0}, Arrays.stream(labels.histogram(3)).mapToInt(Math::toIntExact).toArray());
    }

    @Test
    void noObjectIsTheLastClassAndNeverWins() {
        QueryOutputs empty = new QueryOutputs(Tensor.of(Shape.of(1, 1, 3), 0f, 1, 9), Tensor.of(Shape.of(1, 1, 2, 2), 1f, 1, 1, 1));
        assertEquals(64, inference.labels(empty, 0, Geometry.of(8, 8)).histogram(2)[1]);
    }

    @Test
    void extremeLogitsSaturateAndNumbersThatAreNoneLose() {
        QueryOutputs extreme = new QueryOutputs(Tensor.of(Shape.of(1, 2, 3), 3e38f, -3e38f, 0, Float.NaN, Float.NaN, Float.NaN),
                Tensor.of(Shape.of(1, 2, 1, 1), 3e38f, -3e38f));
        assertEquals(16, inference.labels(extreme, 0, Geometry.of(4, 4)).histogram(2)[0]);
    }

    @Test
    void sigmoidIsAccurateToTwoTenMillionths() {
        int count = 1 << 20;
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = 86.5f * (i - count / 2) / (count * 0.5f);
        }
        float[] sigmoid = new float[count];
        Lanes.sigmoid(x, sigmoid, new float[count], new float[count], count);
        double largest = 0;
        for (int i = 0; i < count; i++) {
            double exact = 1 / (1 + Math.exp(-(double) x[i]));
            largest = Math.max(largest, Math.abs(sigmoid[i] - exact) / exact);
        }
        System.out.printf("sigmoid: largest relative error %.2e%n", largest);
        assertTrue(largest <= 2e-7, "largest relative error " + largest);
        Lanes.sigmoid(new float[]{Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN, 1e38f}, sigmoid, new float[4], new float[4],
                4);
        assertEquals(0, sigmoid[0], 2e-38f);
        assertArrayEquals(new float[]{1, Float.NaN, 1}, Arrays.copyOfRange(sigmoid, 1, 4));
    }

    @Test
    void manyThreadsSayTheSameAndOnlyThoseGivenRun() {
        QueryOutputs outputs = SemanticReference.outputs(1, 10, 6, 32, 32, 12);
        Geometry geometry = new Geometry(300, 200, 128, 86, 128, 128);
        LabelMap alone = inference.labels(outputs, 0, geometry);
        AtomicInteger lent = new AtomicInteger();
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            Workers workers = new Workers(task -> {
                lent.incrementAndGet();
                executor.execute(task);
            }, 4);
            for (int run = 0; run < 20; run++) {
                assertEquals(alone, new SemanticInference(workers).labels(outputs, 0, geometry));
            }
        }
        assertEquals(60, lent.get());
        Workers neverServed = new Workers(task -> {
        }, 4);
        assertEquals(alone, new SemanticInference(neverServed).labels(outputs, 0, geometry));
    }

    @Test
    void aFailureOnAnotherThreadIsThrownHere() {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Workers workers = new Workers(executor, 3);
            IllegalStateException failure = assertThrows(IllegalStateException.class,
                    () -> workers.forEachBand(100, 1, () -> (from, to) -> {
                        throw new IllegalStateException("row " + from);
                    }));
            assertTrue(String.valueOf(failure.getMessage()).startsWith("row "));
        }
    }

    @Test
    void refusesOutputsThatDoNotBelongTogether() {
        Tensor logits = Tensor.of(Shape.of(1, 2, 3), new float[6]);
        Tensor masks = Tensor.of(Shape.of(1, 3, 2, 2), new float[12]);
        String message = assertThrows(IllegalArgumentException.class, () -> new QueryOutputs(logits, masks)).getMessage();
        assertEquals("pred_logits float32[1, 2, 3] and pred_masks float32[1, 3, 2, 2] differ in images or queries", message);
        Tensor wrong = new Tensor(new TensorType(DataType.INT32, Shape.of(1, 2, 3)), logits.memory());
        assertThrows(IllegalArgumentException.class, () -> new QueryOutputs(wrong, masks));
        assertThrows(IllegalArgumentException.class, () -> new QueryOutputs(masks, masks));
        assertThrows(IllegalArgumentException.class,
                () -> new QueryOutputs(Tensor.of(Shape.of(1, 3, 1), new float[3]), masks));
    }

    /// Neither `[Q, H, W]` (210 MB) nor `[K, H, W]` (40 MB) is ever whole, and no loop allocates.
    @Test
    void aFullSizeRunStaysSmallAndPrintsItsTime() {
        QueryOutputs outputs = SemanticReference.outputs(1, 100, 19, 128, 256, 13);
        for (Geometry geometry : List.of(Geometry.of(512, 1024), new Geometry(1024, 2048, 512, 1024, 512, 1024))) {
            double[] times = new double[8];
            long bytes = 0;
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            for (int run = 0; run < times.length; run++) {
                long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
                long start = System.nanoTime();
                inference.labels(outputs, 0, geometry);
                times[run] = (System.nanoTime() - start) / 1e6;
                bytes = threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before;
            }
            Arrays.sort(times);
            System.out.printf(
                    "semantic inference, 100 queries, 19 classes, 128x256 -> %dx%d: median %.0f ms, fastest %.0f ms, %.1f MB allocated%n",
                    geometry.originalHeight(), geometry.originalWidth(), times[times.length / 2], times[0], bytes / 1e6);
            assertTrue(bytes < 8_000_000, bytes + " bytes allocated");
        }
    }
}
