package dev.maskforge.kernels;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The transforms of Winograd's minimal filtering F(4x4, 3x3) ("Fast Algorithms for Convolutional Neural Networks", Lavin and
/// Gray, equation 8): a tile of 6x6 pixels d and a kernel g of 3x3 weights give 4x4 results
/// `Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A`, with 36 products where there would be 144.
///
/// The points at which polynomials are evaluated are 0, ±√½, ±√2 and ∞ rather than the customary 0, ±1, ±2 and ∞: as many
/// operations, and less than half the rounding error. Lanes of vectors are tiles.
final class WinogradTransform {
    /// Products in a tile.
    static final int POINTS = 36;
    /// Pixels of a tile along an axis.
    static final int TILE = 6;
    /// Results of a tile along an axis.
    static final int STEP = 4;

    private static final VectorSpecies<Float> FLOATS = VectorProduct.FLOATS;
    private static final int LENGTH = VectorProduct.LENGTH;

    private static final double NEAR = Math.sqrt(0.5);
    private static final double FAR = Math.sqrt(2);
    /// G: for each point a, 1, a, a² over the product of its distances from the others.
    private static final double[][] KERNEL = {{1, 0, 0}, kernelRow(NEAR, FAR), kernelRow(-NEAR, FAR), kernelRow(FAR, NEAR),
            kernelRow(-FAR, NEAR), {0, 0, 1}};

    private static final FloatVector NEAR_ROOT = broadcast(NEAR);
    private static final FloatVector FAR_ROOT = broadcast(FAR);
    private static final FloatVector NEAR_CUBE = broadcast(NEAR * NEAR * NEAR);
    private static final FloatVector FAR_CUBE = broadcast(FAR * FAR * FAR);
    private static final FloatVector TWO = broadcast(2);
    private static final FloatVector HALF = broadcast(0.5);
    private static final FloatVector MINUS_TWO = broadcast(-2);
    private static final FloatVector MINUS_HALF = broadcast(-0.5);
    private static final FloatVector MINUS_SUM = broadcast(-2.5);

    private WinogradTransform() {
    }

    private static double[] kernelRow(double point, double other) {
        double product = point * (2 * point) * (point * point - other * other);
        return new double[]{1 / product, point / product, point * point / product};
    }

    /// G·g·Gᵀ, in double, rounded once.
    static void ofKernel(float[] kernels, int from, float[] transformed) {
        double[][] half = new double[TILE][3];
        for (int i = 0; i < TILE; i++) {
            for (int column = 0; column < 3; column++) {
                for (int k = 0; k < 3; k++) {
                    half[i][column] += KERNEL[i][k] * kernels[from + 3 * k + column];
                }
            }
        }
        for (int i = 0; i < TILE; i++) {
            for (int j = 0; j < TILE; j++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    sum += half[i][k] * KERNEL[j][k];
                }
                transformed[i * TILE + j] = (float) sum;
            }
        }
    }

    private static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(FLOATS, array, at);
    }

    private static FloatVector broadcast(double number) {
        return FloatVector.broadcast(FLOATS, (float) number);
    }

    /// Bᵀ of six vectors, at `d0` and so on, into six, `to` and then `stride` apart. It takes places rather than vectors: calls
    /// that are not inlined would put those on the heap.
    private static void input(float[] source, int d0, int d1, int d2, int d3, int d4, int d5, float[] target, int to, int stride) {
        FloatVector second = load(source, d2);
        FloatVector fourth = load(source, d4);
        FloatVector first = load(source, d1);
        FloatVector third = load(source, d3);
        second.fma(MINUS_SUM, load(source, d0).add(fourth)).intoArray(target, to);
        FloatVector even = second.fma(MINUS_TWO, fourth);
        FloatVector odd = first.fma(MINUS_TWO, third).mul(NEAR_ROOT);
        even.add(odd).intoArray(target, to + stride);
        even.sub(odd).intoArray(target, to + 2 * stride);
        even = second.fma(MINUS_HALF, fourth);
        odd = first.fma(MINUS_HALF, third).mul(FAR_ROOT);
        even.add(odd).intoArray(target, to + 3 * stride);
        even.sub(odd).intoArray(target, to + 4 * stride);
        third.fma(MINUS_SUM, first.add(load(source, d5))).intoArray(target, to + 5 * stride);
    }

    /// Aᵀ of six vectors into four.
    private static void output(float[] source, int from, int fromStride, float[] target, int to, int toStride) {
        FloatVector near = load(source, from + fromStride);
        FloatVector other = load(source, from + 2 * fromStride);
        FloatVector nearSum = near.add(other);
        FloatVector nearDifference = near.sub(other);
        FloatVector far = load(source, from + 3 * fromStride);
        other = load(source, from + 4 * fromStride);
        FloatVector farSum = far.add(other);
        FloatVector farDifference = far.sub(other);
        load(source, from).add(nearSum).add(farSum).intoArray(target, to);
        farDifference.fma(FAR_ROOT, nearDifference.mul(NEAR_ROOT)).intoArray(target, to + toStride);
        farSum.fma(TWO, nearSum.mul(HALF)).intoArray(target, to + 2 * toStride);
        farDifference.fma(FAR_CUBE, nearDifference.fma(NEAR_CUBE, load(source, from + 5 * fromStride))).intoArray(target,
                to + 3 * toStride);
    }

    /// A worker's memory for a row of up to [VectorProduct#COLUMNS] tiles, in one array: what is read and what is written at
    /// a time must not lie a multiple of 4096 bytes apart, or processors take a load for one of what was just stored.
    static final class Rows {
        private static final int WIDEST = STEP * VectorProduct.COLUMNS + LENGTH;
        private static final int PHASE = VectorProduct.COLUMNS + LENGTH;
        private static final int PAGE = 4096 / Float.BYTES;
        private static final int PIXELS = 0;
        private static final int COLUMNS = PIXELS + PAGE - 16;
        private static final int PHASES = COLUMNS + PAGE + PAGE / 2;
        private static final int RESULTS = PHASES + PAGE + PAGE / 2;
        private static final List<Stage> FORWARD = List.of(Rows::transformColumns, Rows::divideColumns, Rows::transformRows);
        private static final List<Stage> INVERSE = List.of(Rows::invertColumns, Rows::invertRows, Rows::mergeRows);

        final float[] memory = new float[RESULTS + STEP * WIDEST];

        /// Where a row of pixels or of results begins.
        static int pixels(int row) {
            return PIXELS + row * WIDEST;
        }

        static int results(int row) {
            return RESULTS + row * WIDEST;
        }

        private static int columns(int row) {
            return COLUMNS + row * WIDEST;
        }

        private static int phases(int row) {
            return PHASES + row * STEP * PHASE;
        }

        void clear() {
            Arrays.fill(memory, 0);
        }

        /// Bᵀ·d·B of the pixels' tiles. Lanes beyond the last tile get what means nothing, up to a vector's length.
        ///
        /// @param target of each point, tiles side by side
        /// @param stride from point to point
        void transform(int tiles, float[] target, int from, int stride) {
            run(FORWARD, tiles, target, from, stride);
        }

        /// Aᵀ·m·A of tiles, into the results.
        void inverse(int tiles, float[] source, int from, int stride) {
            run(INVERSE, tiles, source, from, stride);
        }

        private void run(List<Stage> stages, int tiles, float[] points, int from, int stride) {
            for (int i = 0; i < stages.size(); i++) {
                stages.get(i).run(memory, tiles, points, from, stride);
            }
        }

        /// Part of a transform. Stages are called where the compiler sees more than two kinds of them, so that it compiles each by
        /// itself: all of them together exceed what it inlines, and vectors that go through calls are put on the heap.
        private interface Stage {
            void run(float[] memory, int tiles, float[] points, int from, int stride);
        }

        private static void transformColumns(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int x = 0; x < STEP * tiles + 2; x += LENGTH) {
                input(memory, pixels(0) + x, pixels(1) + x, pixels(2) + x, pixels(3) + x, pixels(4) + x, pixels(5) + x, memory,
                        columns(0) + x, WIDEST);
            }
        }

        private static void divideColumns(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int i = 0; i < TILE; i++) {
                int phase = phases(i);
                for (int tile = 0; tile < tiles; tile += LENGTH) {
                    divide(memory, columns(i) + STEP * tile, phase + tile);
                }
                memory[phase + tiles] = memory[columns(i) + STEP * tiles];
                memory[phase + PHASE + tiles] = memory[columns(i) + STEP * tiles + 1];
            }
        }

        private static void transformRows(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int i = 0; i < TILE; i++) {
                for (int tile = 0; tile < tiles; tile += LENGTH) {
                    int at = phases(i) + tile;
                    input(memory, at, at + PHASE, at + 2 * PHASE, at + 3 * PHASE, at + 1, at + PHASE + 1, points,
                            from + i * TILE * stride + tile, stride);
                }
            }
        }

        private static void invertColumns(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int j = 0; j < TILE; j++) {
                for (int tile = 0; tile < tiles; tile += LENGTH) {
                    output(points, from + j * stride + tile, TILE * stride, memory, COLUMNS + j * STEP * PHASE + tile, PHASE);
                }
            }
        }

        private static void invertRows(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int i = 0; i < STEP; i++) {
                for (int tile = 0; tile < tiles; tile += LENGTH) {
                    output(memory, COLUMNS + i * PHASE + tile, STEP * PHASE, memory, phases(i) + tile, PHASE);
                }
            }
        }

        private static void mergeRows(float[] memory, int tiles, float[] points, int from, int stride) {
            for (int i = 0; i < STEP; i++) {
                for (int tile = 0; tile < tiles; tile += LENGTH) {
                    merge(memory, phases(i) + tile, results(i) + STEP * tile);
                }
            }
        }

        /// Every fourth element of four vectors: first those that leave 0, then 1, 2, 3.
        private static void divide(float[] memory, int from, int to) {
            FloatVector a = load(memory, from);
            FloatVector b = load(memory, from + LENGTH);
            FloatVector c = load(memory, from + 2 * LENGTH);
            FloatVector d = load(memory, from + 3 * LENGTH);
            FloatVector even = LaneOrder.EVEN.selectFrom(a, b);
            FloatVector odd = LaneOrder.ODD.selectFrom(a, b);
            FloatVector nextEven = LaneOrder.EVEN.selectFrom(c, d);
            FloatVector nextOdd = LaneOrder.ODD.selectFrom(c, d);
            LaneOrder.EVEN.selectFrom(even, nextEven).intoArray(memory, to);
            LaneOrder.EVEN.selectFrom(odd, nextOdd).intoArray(memory, to + PHASE);
            LaneOrder.ODD.selectFrom(even, nextEven).intoArray(memory, to + 2 * PHASE);
            LaneOrder.ODD.selectFrom(odd, nextOdd).intoArray(memory, to + 3 * PHASE);
        }

        /// The inverse of [#divide].
        private static void merge(float[] memory, int from, int to) {
            FloatVector a = load(memory, from);
            FloatVector b = load(memory, from + PHASE);
            FloatVector c = load(memory, from + 2 * PHASE);
            FloatVector d = load(memory, from + 3 * PHASE);
            FloatVector even = LaneOrder.LOW.selectFrom(a, c);
            FloatVector nextEven = LaneOrder.HIGH.selectFrom(a, c);
            FloatVector odd = LaneOrder.LOW.selectFrom(b, d);
            FloatVector nextOdd = LaneOrder.HIGH.selectFrom(b, d);
            LaneOrder.LOW.selectFrom(even, odd).intoArray(memory, to);
            LaneOrder.HIGH.selectFrom(even, odd).intoArray(memory, to + LENGTH);
            LaneOrder.LOW.selectFrom(nextEven, nextOdd).intoArray(memory, to + 2 * LENGTH);
            LaneOrder.HIGH.selectFrom(nextEven, nextOdd).intoArray(memory, to + 3 * LENGTH);
        }
    }
}
