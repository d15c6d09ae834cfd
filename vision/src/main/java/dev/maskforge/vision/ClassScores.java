package dev.maskforge.vision;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The scores of all classes in one row of the network's input after another:
/// `scores[c][x] = Σ_q softmax(class logits)[q][c] · sigmoid(enlarged mask logits)[q][x]`.
///
/// Masks are enlarged a row at a time, so that only a few rows of anything exist at full size. When the input is a whole
/// number `F` of times as wide as the masks, the columns of a row are kept sorted by phase, `x mod F`: columns of one
/// phase are interpolated from neighbours with the same fraction, which runs in vectors. [#columns()] undoes the order.
///
/// One instance belongs to one thread. Letters: `Q` queries, `K` classes, `h`, `w` the masks' size.
final class ClassScores {
    private static final int MAXIMUM_PHASES = 16;
    /// [Lanes#mix] takes three queries and two classes at once; both are filled up with zeros.
    private static final int QUERIES_AT_ONCE = 3;
    private static final int CLASSES_AT_ONCE = 2;

    private final MemorySegment masks;
    private final int queries;
    private final int classes;
    private final int maskHeight;
    private final int maskWidth;
    private final float[] probabilities;
    private final int probabilityStride;
    private final BilinearAxis vertical;
    private final BilinearAxis horizontal;
    private final int phases;
    /// How many columns of a phase are wanted.
    private final int span;
    private final int[] columns;

    /// Mask rows `loadedRow[i]` of all queries, `[Q][w]`.
    private final float[][][] loaded;
    private final int[] loadedRow = {-1, -1};
    /// Of all queries, between two mask rows; the first and the last column are repeated: `[Q][w + 2]`.
    private final float[][] between;
    private final float[][] sigmoids;
    private final float[] scratch;
    private final float[] otherScratch;
    /// For columns of one phase, `[K rounded up][span]`.
    private final float[][] sums;

    /// @param probabilities as [#probabilities] gives them
    ClassScores(QueryOutputs outputs, int image, float[] probabilities, Geometry geometry) {
        this.masks = outputs.maskLogits(image);
        this.queries = outputs.queries();
        this.classes = outputs.classes();
        this.maskHeight = outputs.maskHeight();
        this.maskWidth = outputs.maskWidth();
        this.probabilities = probabilities;
        this.probabilityStride = roundUp(queries, QUERIES_AT_ONCE);
        this.vertical = BilinearAxis.of(maskHeight, geometry.paddedHeight(), geometry.resizedHeight());
        this.horizontal = BilinearAxis.of(maskWidth, geometry.paddedWidth(), geometry.resizedWidth());
        this.phases = phases(geometry.paddedWidth(), maskWidth);
        this.span = Math.ceilDiv(geometry.resizedWidth(), phases);
        this.columns = new int[geometry.resizedWidth()];
        Arrays.setAll(columns, x -> x % phases * span + x / phases);
        this.loaded = new float[2][queries][maskWidth];
        this.between = new float[queries][maskWidth + 2];
        this.sigmoids = new float[probabilityStride][span];
        this.scratch = new float[Math.max(span, maskWidth)];
        this.otherScratch = new float[span];
        this.sums = new float[roundUp(classes, CLASSES_AT_ONCE)][span];
    }

    private static int phases(int inputWidth, int maskWidth) {
        int factor = inputWidth / maskWidth;
        return factor <= MAXIMUM_PHASES && factor * maskWidth == inputWidth ? factor : 1;
    }

    private static int roundUp(int count, int unit) {
        return Math.ceilDiv(count, unit) * unit;
    }

    /// The probabilities of the classes without "no object", by class and query, filled up with zeros:
    /// `[K rounded up, Q rounded up]`.
    static float[] probabilities(QueryOutputs outputs, int image) {
        MemorySegment logits = outputs.classLogits(image);
        int stride = roundUp(outputs.queries(), QUERIES_AT_ONCE);
        int logitsPerQuery = outputs.classes() + 1;
        float[] probabilities = new float[Math.multiplyExact(roundUp(outputs.classes(), CLASSES_AT_ONCE), stride)];
        double[] powers = new double[logitsPerQuery];
        for (int query = 0; query < outputs.queries(); query++) {
            double highest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < logitsPerQuery; i++) {
                powers[i] = logits.get(Tensor.FLOAT32, ((long) query * logitsPerQuery + i) * Float.BYTES);
                highest = Math.max(highest, powers[i]);
            }
            double sum = 0;
            for (int i = 0; i < logitsPerQuery; i++) {
                powers[i] = Math.exp(powers[i] - highest);
                sum += powers[i];
            }
            for (int i = 0; i < outputs.classes(); i++) {
                probabilities[i * stride + query] = (float) (powers[i] / sum);
            }
        }
        return probabilities;
    }

    /// How long a row of scores is: at least the width of the resized picture.
    int rowLength() {
        return phases * span;
    }

    /// Where in a row of scores each column of the resized picture is.
    int[] columns() {
        return columns;
    }

    /// The scores in row `y` of the network's input.
    ///
    /// @param scores `[K][rowLength]`, overwritten
    void row(int y, float[][] scores) {
        betweenMaskRows(y);
        for (int phase = 0; phase < phases; phase++) {
            for (int query = 0; query < queries; query++) {
                float[] logits = sigmoids[query];
                interpolate(between[query], phase, logits);
                Lanes.sigmoid(logits, logits, scratch, otherScratch, span);
            }
            mix();
            for (int c = 0; c < classes; c++) {
                System.arraycopy(sums[c], 0, scores[c], phase * span, span);
            }
        }
    }

    private void betweenMaskRows(int y) {
        float[][] lower = maskRow(vertical.lower()[y], vertical.upper()[y]);
        float[][] upper = maskRow(vertical.upper()[y], vertical.lower()[y]);
        for (int query = 0; query < queries; query++) {
            float[] row = between[query];
            Lanes.blend(lower[query], upper[query], vertical.fraction()[y], scratch, maskWidth);
            System.arraycopy(scratch, 0, row, 1, maskWidth);
            row[0] = row[1];
            row[maskWidth + 1] = row[maskWidth];
        }
    }

    /// Mask row `row` of all queries, loaded unless it is, over one that is not `other`.
    private float[][] maskRow(int row, int other) {
        int slot = loadedRow[0] == row || loadedRow[1] != row && loadedRow[0] != other ? 0 : 1;
        if (loadedRow[slot] != row) {
            for (int query = 0; query < queries; query++) {
                long offset = (((long) query * maskHeight) + row) * maskWidth * Float.BYTES;
                MemorySegment.copy(masks, Tensor.FLOAT32, offset, loaded[slot][query], 0, maskWidth);
            }
            loadedRow[slot] = row;
        }
        return loaded[slot];
    }

    /// Column `i` of a phase is column `phases * i + phase` of the input: mask column `i + (phase + 0.5) / phases - 0.5`.
    private void interpolate(float[] row, int phase, float[] logits) {
        if (phases == 1) {
            for (int x = 0; x < span; x++) {
                float fraction = horizontal.fraction()[x];
                logits[x] = (1 - fraction) * row[horizontal.lower()[x] + 1] + fraction * row[horizontal.upper()[x] + 1];
            }
            return;
        }
        float offset = (phase + 0.5f) / phases - 0.5f;
        if (offset < 0) {
            Lanes.blendNeighbours(row, 1 + offset, logits, span);
        } else {
            Lanes.blendNextNeighbours(row, offset, logits, span);
        }
    }

    /// Query triples outside, so that they stay in the first-level cache while all classes take them.
    private void mix() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
        for (int query = 0; query < queries; query += QUERIES_AT_ONCE) {
            for (int c = 0; c < classes; c += CLASSES_AT_ONCE) {
                int weights = c * probabilityStride + query;
                Lanes.mix(sigmoids[query], sigmoids[query + 1], sigmoids[query + 2], probabilities, weights, weights + probabilityStride,
                        sums[c], sums[c + 1], span);
            }
        }
    }
}
