package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.kernels.ConvolutionCase.Extras;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/// Convolutions must give what the reference interpreter does, which sums in double and rounds once, from the same tensors.
/// Not run, and reported so, on a processor with short vectors.
class ConvolutionTest {
    /// Half a unit in the last place of 1: what rounding a sum of size 1 costs.
    private static final double ROUNDING = 0x1p-24;
    /// In roundings of what the largest result's terms have in all: n random additions are off by about √(n/2) of sums of √n
    /// terms, which is about one of all, however many they are; the largest of a hundred thousand results is off by some five
    /// times that. Measured: 5.4.
    private static final double MOST_DIRECTLY = 8;
    /// Products of transformed tiles are larger than those of pixels, and their sums cancel. At these points, 0, ±√½, ±√2 and
    /// ∞, errors were measured at one and a half to four times those of a sum that is added directly; at most 14.
    private static final double MOST_BY_WINOGRAD = 24;
    private static final int[] KERNEL_HEIGHTS = {1, 3, 7, 5};
    private static final int[] KERNEL_WIDTHS = {1, 3, 7, 3};

    private static final ExecutorService LENT = Executors.newFixedThreadPool(2);
    private static final Workers ONE = Workers.callerOnly();
    private static final Workers THREE = new Workers(LENT, 3);

    private final Kernels kernels = Kernels.vector();

    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    @AfterAll
    static void endThreads() {
        LENT.close();
    }

    /// How a kernel is made over tensors.
    @FunctionalInterface
    private interface Maker {
        Kernel make(ConvolutionCase convolution, List<Tensor> inputs, Tensor output);
    }

    /// The largest errors that a test has seen, in units of [#ROUNDING], relative to the magnitudes of a result's terms.
    private static final class Errors {
        private double ofAResult;
        private double ofALargest;
        private int convolutions;

        void add(double difference, float magnitude, float largestMagnitude) {
            if (difference > 0) {
                // By Winograd, results that no pixel reaches need not be exact.
                ofAResult = magnitude > 0 ? Math.max(ofAResult, difference / magnitude / ROUNDING) : ofAResult;
                ofALargest = Math.max(ofALargest, difference / largestMagnitude / ROUNDING);
            }
        }

        void print(String what) {
            System.out.printf(Locale.ROOT,
                    "%s, %d convolutions: largest error %.1f roundings of a result's own terms, %.1f of the largest one's%n",
                    what, convolutions, ofAResult, ofALargest);
        }
    }

    /// Runs twice; what the first run leaves in memory, here and in the kernel's own, is not numbers.
    private static float[] run(Maker maker, ConvolutionCase convolution, List<Tensor> inputs, Workers workers, Arena arena) {
        Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
        Kernel kernel = maker.make(convolution, inputs, output);
        Tensor x = inputs.getFirst();
        float[] picture = x.toFloats();
        x.memory().fill((byte) -1);
        kernel.run(workers);
        x.memory().copyFrom(Tensor.of(x.shape(), picture).memory());
        output.memory().fill((byte) 77);
        kernel.run(workers);
        return output.toFloats();
    }

    /// What errors may be, in units of [#ROUNDING].
    private interface Tolerance {
        boolean allows(double difference, float magnitude, float largestMagnitude);
    }

    /// A result is a sum of `depth` products, a bias and an addend. In whatever order it is added up, each addition is off by
    /// a rounding of all their magnitudes at most; the reference rounds a sum before and behind the addend.
    private static void assertDirect(ConvolutionCase convolution, Maker maker, Errors errors) {
        int additions = convolution.depth() + 4;
        check(convolution, maker, errors, (difference, magnitude, largestMagnitude) -> difference <= additions * ROUNDING * magnitude
                && difference <= MOST_DIRECTLY * ROUNDING * largestMagnitude);
    }

    private static void assertWinograd(ConvolutionCase convolution, Maker maker, Errors errors) {
        check(convolution, maker, errors,
                (difference, _, largestMagnitude) -> difference <= MOST_BY_WINOGRAD * ROUNDING * largestMagnitude);
    }

    private static void check(ConvolutionCase convolution, Maker maker, Errors errors, Tolerance tolerance) {
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = convolution.inputs(arena);
            float[] expected = Interpreter.evaluate(convolution.operation(), inputs).toFloats();
            float[] magnitudes = convolution.magnitudes(inputs);
            float[] actual = run(maker, convolution, inputs, ONE, arena);
            assertArrayEquals(actual, run(maker, convolution, inputs, THREE, arena), convolution + ": three threads give other results");
            float largestMagnitude = 0;
            for (float magnitude : magnitudes) {
                largestMagnitude = Math.max(largestMagnitude, magnitude);
            }
            for (int i = 0; i < expected.length; i++) {
                double difference = Math.abs((double) actual[i] - expected[i]);
                if (!tolerance.allows(difference, magnitudes[i], largestMagnitude)) {
                    fail(convolution + ": result " + i + " is " + actual[i] + ", not " + expected[i]);
                }
                errors.add(difference, magnitudes[i], largestMagnitude);
            }
            errors.convolutions++;
        }
    }

    private static Maker direct() {
        return ConvolutionCase::direct;
    }

    private static Maker winograd() {
        return ConvolutionCase::winograd;
    }

    /// By the way an engine takes.
    private void assertChosen(ConvolutionCase convolution, Errors errors) {
        Maker maker = (_, inputs, output) -> convolution.kernel(kernels, inputs, output);
        if (isWinograd(convolution)) {
            assertWinograd(convolution, maker, errors);
        } else {
            assertDirect(convolution, maker, errors);
        }
    }

    private boolean isWinograd(ConvolutionCase convolution) {
        try (Arena arena = Arena.ofShared()) {
            Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
            return convolution.kernel(kernels, convolution.inputs(arena), output) instanceof WinogradConvolution;
        }
    }

    /// Every stride, padding and dilation on maps from a pixel to more than a panel, two pictures at a time.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void kernelsReachWhereTheyShould(int kernel) {
        Errors errors = new Errors();
        for (int[] map : new int[][]{{1, 1}, {2, 3}, {4, 4}, {5, 7}, {9, 35}}) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int padding = 0; padding <= 3; padding++) {
                    for (int dilation = 1; dilation <= 2; dilation++) {
                        ConvolutionCase convolution = new ConvolutionCase(2, 3, map[0], map[1], 5, KERNEL_HEIGHTS[kernel],
                                KERNEL_WIDTHS[kernel], stride, padding, dilation, Extras.inTurn(errors.convolutions));
                        if (convolution.hasResults()) {
                            assertDirect(convolution, direct(), errors);
                        }
                    }
                }
            }
        }
        errors.print(KERNEL_HEIGHTS[kernel] + "x" + KERNEL_WIDTHS[kernel] + " kernels");
        assertTrue(errors.convolutions >= 30, () -> errors.convolutions + " convolutions");
    }

    /// Padding beyond what keeps a map's size leaves results, and whole tiles of them, that no pixel reaches.
    @Test
    void paddingMayBeWiderThanKernelsAndMaps() {
        Errors direct = new Errors();
        Errors winograd = new Errors();
        for (int padding = 0; padding <= 12; padding++) {
            for (int width : new int[]{1, 2, 5, 30, 120}) {
                ConvolutionCase convolution = new ConvolutionCase(1, 2, 3, width, 3, 3, 3, 1, padding, 1, Extras.inTurn(padding));
                if (convolution.hasResults()) {
                    assertDirect(convolution, direct(), direct);
                    assertWinograd(convolution, winograd(), winograd);
                }
            }
        }
        direct.print("wide padding, direct");
        winograd.print("wide padding, Winograd");
    }

    /// Around the lengths of vectors, panels and rows of tiles.
    @Test
    void mapsOfAllWidths() {
        Errors direct = new Errors();
        Errors winograd = new Errors();
        for (int around : new int[]{4, 16, 32, 64, 128}) {
            for (int width = around - 1; width <= around + 1; width++) {
                for (int height : new int[]{1, 6, 9}) {
                    Extras extras = Extras.inTurn(width + height);
                    assertDirect(ConvolutionCase.same(5, height, width, 11, 1, extras), direct(), direct);
                    assertDirect(ConvolutionCase.same(5, height, width, 11, 3, extras), direct(), direct);
                    assertWinograd(ConvolutionCase.same(5, height, width, 11, 3, extras), winograd(), winograd);
                }
            }
        }
        direct.print("all widths, direct");
        winograd.print("all widths, Winograd");
    }

    /// Winograd's tiles with and without padding, whether they would be chosen or not.
    @Test
    void tilesAtTheEdges() {
        Errors errors = new Errors();
        for (int height = 1; height <= 11; height++) {
            for (int width = 1; width <= 11; width++) {
                for (int padding = 0; padding <= 3; padding++) {
                    ConvolutionCase convolution = new ConvolutionCase(2, 3, height, width, 5, 3, 3, 1, padding, 1,
                            Extras.inTurn(errors.convolutions));
                    if (convolution.hasResults()) {
                        assertWinograd(convolution, winograd(), errors);
                    }
                }
            }
        }
        errors.print("tiles at the edges");
    }

    @Test
    void channelsAndFiltersThatFillNoGroup() {
        Errors errors = new Errors();
        for (int channels : new int[]{1, 3, 5, 8, 19}) {
            for (int filters : new int[]{1, 3, 5, 8, 19}) {
                Extras extras = Extras.inTurn(channels + filters);
                assertChosen(ConvolutionCase.same(channels, 18, 19, filters, 1, extras), errors);
                assertChosen(ConvolutionCase.same(channels, 18, 19, filters, 3, extras), errors);
                assertChosen(new ConvolutionCase(1, channels, 13, 14, filters, 7, 7, 2, 3, 1, extras), errors);
            }
        }
        errors.print("few channels and filters");
    }

    @Test
    void whateverComesBesideTheProducts() {
        Errors errors = new Errors();
        for (Extras extras : Extras.values()) {
            assertChosen(ConvolutionCase.same(16, 21, 43, 24, 3, extras), errors);
            assertChosen(new ConvolutionCase(2, 16, 21, 43, 24, 3, 3, 2, 1, 1, extras), errors);
            assertChosen(ConvolutionCase.same(16, 21, 43, 24, 1, extras), errors);
        }
        errors.print("bias, addend and Relu");
    }

    /// Where blocks of results are few, threads share the filters of one; and where filters are many, products of all points
    /// are stored a part at a time.
    @Test
    void filtersAreCutWherePixelsAreFew() {
        assertTrue(ConvolutionWork.of(1, 25, 3, 3).units() >= 3);
        Errors errors = new Errors();
        for (int filters : new int[]{65, 200}) {
            assertChosen(ConvolutionCase.same(24, 1, 1, filters, 1, Extras.BIAS_RELU), errors);
            assertChosen(ConvolutionCase.same(24, 3, 5, filters, 3, Extras.ADDEND_RELU), errors);
            assertChosen(ConvolutionCase.same(24, 16, 16, filters, 3, Extras.ADDEND), errors);
        }
        errors.print("many filters");
    }

    /// Sums of as many products as networks have.
    @Test
    void errorsOfLongSums() {
        Errors direct = new Errors();
        Errors winograd = new Errors();
        ConvolutionCase convolution = ConvolutionCase.same(256, 16, 24, 16, 3, Extras.NOTHING);
        assertDirect(convolution, direct(), direct);
        assertWinograd(convolution, winograd(), winograd);
        direct.print("sums of " + convolution.depth() + " products, direct");
        winograd.print("sums of " + convolution.depth() + " products, Winograd");
        System.out.printf(Locale.ROOT, "Winograd's error is %.1f times the direct one%n", winograd.ofALargest / direct.ofALargest);
        assertTrue(winograd.ofALargest <= 4 * direct.ofALargest);
    }

    /// An engine may give the addend's memory for the output.
    @Test
    void resultsMayTakeTheAddendsPlace() {
        assertEquals(Optional.of(3), Kernels.overwritable(ConvolutionCase.same(1, 1, 1, 1, 1, Extras.ADDEND).operation()));
        for (ConvolutionCase convolution : List.of(ConvolutionCase.same(19, 21, 43, 75, 3, Extras.ADDEND_RELU),
                ConvolutionCase.same(19, 3, 5, 75, 3, Extras.ADDEND), ConvolutionCase.same(19, 21, 43, 75, 1, Extras.ADDEND_RELU))) {
            try (Arena arena = Arena.ofShared()) {
                List<Tensor> inputs = convolution.inputs(arena);
                Tensor output = Tensor.allocate(DataType.FLOAT32, convolution.output(), arena);
                convolution.kernel(kernels, inputs, output).run(ONE);
                convolution.kernel(kernels, inputs, inputs.getLast()).run(THREE);
                assertArrayEquals(output.toFloats(), inputs.getLast().toFloats(), convolution.toString());
            }
        }
    }

    @Test
    void winogradIsChosenWhereThereAreTilesEnough() {
        assertTrue(isWinograd(ConvolutionCase.same(8, 64, 64, 8, 3, Extras.RELU)));
        assertTrue(isWinograd(ConvolutionCase.same(8, 4, 2 * VectorProduct.COLUMNS, 8, 3, Extras.RELU)));
        assertFalse(isWinograd(ConvolutionCase.same(8, 4, 2 * VectorProduct.COLUMNS - 4, 8, 3, Extras.RELU)));
        assertFalse(isWinograd(ConvolutionCase.same(8, 64, 64, 8, 1, Extras.RELU)));
        assertFalse(isWinograd(ConvolutionCase.same(8, 64, 64, 8, 5, Extras.RELU)));
        assertFalse(isWinograd(new ConvolutionCase(1, 8, 64, 64, 8, 3, 3, 2, 1, 1, Extras.RELU)));
        assertFalse(isWinograd(new ConvolutionCase(1, 8, 64, 64, 8, 3, 3, 1, 2, 2, Extras.RELU)));
        assertFalse(isWinograd(new ConvolutionCase(1, 8, 64, 64, 8, 3, 1, 1, 1, 1, Extras.RELU)));
    }

    /// Directly, what is no number, or infinite, is in the results that it belongs to and in no other.
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void directlyWhatIsNotFiniteReachesItsResultsAlone(float odd) {
        for (ConvolutionCase convolution : List.of(ConvolutionCase.same(3, 9, 13, 5, 1, Extras.NOTHING),
                ConvolutionCase.same(3, 9, 13, 5, 3, Extras.BIAS_RELU), ConvolutionCase.same(3, 9, 13, 5, 7, Extras.ADDEND),
                new ConvolutionCase(2, 3, 9, 13, 5, 3, 3, 2, 1, 1, Extras.ADDEND_RELU))) {
            try (Arena arena = Arena.ofShared()) {
                List<Tensor> inputs = convolution.inputs(arena);
                float[] clean = run(direct(), convolution, inputs, ONE, arena);
                for (int pixel : new int[]{0, 12, 4 * 13 + 6, 9 * 13 - 1, 2 * 9 * 13 + 13}) {
                    List<Tensor> odds = with(inputs, pixel, odd, arena);
                    float[] expected = Interpreter.evaluate(convolution.operation(), odds).toFloats();
                    float[] actual = run(direct(), convolution, odds, ONE, arena);
                    float[] magnitudes = convolution.magnitudes(odds);
                    for (int i = 0; i < actual.length; i++) {
                        float wanted = Float.isFinite(magnitudes[i]) ? clean[i] : expected[i];
                        assertEquals(wanted, actual[i], convolution + ", pixel " + pixel + ", result " + i);
                    }
                }
            }
        }
    }

    /// Minimal filtering adds up a whole tile, so that there it may be in all 4x4 results of a tile whose 6x6 pixels it is
    /// among, as NaN even where it was infinite; it is not lost, and the other tiles do not notice.
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void winogradSpreadsWhatIsNotFiniteWithinItsTiles(float odd) {
        ConvolutionCase convolution = ConvolutionCase.same(3, 17, 22, 5, 3, Extras.BIAS);
        try (Arena arena = Arena.ofShared()) {
            List<Tensor> inputs = convolution.inputs(arena);
            assertInstanceOf(WinogradConvolution.class, convolution.kernel(kernels, inputs,
                    Tensor.allocate(DataType.FLOAT32, convolution.output(), arena)));
            float[] clean = run(winograd(), convolution, inputs, ONE, arena);
            for (int pixel : new int[]{0, 21, 5 * 22 + 7, 8 * 22 + 8, 17 * 22 - 1, 17 * 22 + 3}) {
                List<Tensor> odds = with(inputs, pixel, odd, arena);
                float[] expected = Interpreter.evaluate(convolution.operation(), odds).toFloats();
                float[] actual = run(winograd(), convolution, odds, ONE, arena);
                for (int i = 0; i < actual.length; i++) {
                    String where = "pixel " + pixel + ", result " + i;
                    if (!Float.isFinite(expected[i])) {
                        assertFalse(Float.isFinite(actual[i]), where);
                    }
                    if (!sharesTile(i % (17 * 22), pixel % (17 * 22), 22)) {
                        assertEquals(clean[i], actual[i], where);
                    }
                }
            }
        }
    }

    /// Whether a pixel is one of the 6x6 from which a result's tile is computed, with a padding of 1.
    private static boolean sharesTile(int result, int pixel, int width) {
        int top = result / width / 4 * 4 - 1;
        int left = result % width / 4 * 4 - 1;
        int y = pixel / width;
        int x = pixel % width;
        return y >= top && y < top + 6 && x >= left && x < left + 6;
    }

    private static List<Tensor> with(List<Tensor> inputs, int pixel, float odd, Arena arena) {
        Tensor x = Tensor.allocate(DataType.FLOAT32, inputs.getFirst().shape(), arena);
        x.memory().copyFrom(inputs.getFirst().memory());
        x.memory().setAtIndex(ValueLayout.JAVA_FLOAT, pixel, odd);
        return Stream.concat(Stream.of(x), inputs.stream().skip(1)).toList();
    }
}
