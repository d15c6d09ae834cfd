package dev.maskforge.vision;

import java.util.Arrays;

/// The scores of all classes in one row after another:
/// `scores[c][x] = Σ_q softmax(class logits)[q][c] · sigmoid(mask logits)[q][x]`, at the size that the mask logits have.
///
/// One instance belongs to one thread. Letters: `Q` queries, `K` classes.
final class ClassScores {
    /// [Lanes#mix] takes three queries and two classes at once; both are filled up with zeros.
    private static final int QUERIES_AT_ONCE = 3;
    private static final int CLASSES_AT_ONCE = 2;

    private final MaskRows masks;
    private final int classes;
    private final float[] probabilities;
    private final int probabilityStride;
    private final int span;
    private final float[][] sigmoids;
    private final float[] scratch;
    private final float[] otherScratch;
    /// Of one chunk, `[K rounded up][span]`.
    private final float[][] sums;

    /// @param masks         of all queries
    /// @param probabilities as [#probabilities] gives them
    ClassScores(MaskRows masks, int classes, float[] probabilities) {
        this.masks = masks;
        this.classes = classes;
        this.probabilities = probabilities;
        this.probabilityStride = roundUp(masks.queries(), QUERIES_AT_ONCE);
        this.span = masks.chunkLength();
        this.sigmoids = new float[probabilityStride][span];
        this.scratch = new float[span];
        this.otherScratch = new float[span];
        this.sums = new float[roundUp(classes, CLASSES_AT_ONCE)][span];
    }

    private static int roundUp(int count, int unit) {
        return Math.ceilDiv(count, unit) * unit;
    }

    /// The probabilities of the classes without "no object", by class and query, filled up with zeros:
    /// `[K rounded up, Q rounded up]`.
    static float[] probabilities(QueryOutputs outputs, int image) {
        ClassProbabilities byQuery = ClassProbabilities.of(outputs, image);
        int stride = roundUp(outputs.queries(), QUERIES_AT_ONCE);
        float[] probabilities = new float[Math.multiplyExact(roundUp(outputs.classes(), CLASSES_AT_ONCE), stride)];
        for (int query = 0; query < byQuery.queries(); query++) {
            for (int i = 0; i < byQuery.classes(); i++) {
                probabilities[i * stride + query] = byQuery.of(query, i);
            }
        }
        return probabilities;
    }

    /// How long a row of scores is: at least the width of the picture.
    int rowLength() {
        return masks.rowLength();
    }

    /// Where in a row of scores each column of the picture is.
    int[] columns() {
        return masks.columns();
    }

    /// The scores in row `y`.
    ///
    /// @param scores `[K][rowLength]`, overwritten
    void row(int y, float[][] scores) {
        masks.seek(y);
        for (int chunk = 0; chunk < masks.chunks(); chunk++) {
            for (int query = 0; query < masks.queries(); query++) {
                float[] logits = sigmoids[query];
                masks.logits(query, chunk, logits);
                Lanes.sigmoid(logits, logits, scratch, otherScratch, span);
            }
            mix();
            for (int c = 0; c < classes; c++) {
                System.arraycopy(sums[c], 0, scores[c], chunk * span, span);
            }
        }
    }

    /// Query triples outside, so that they stay in the first-level cache while all classes take them.
    private void mix() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
        for (int query = 0; query < masks.queries(); query += QUERIES_AT_ONCE) {
            for (int c = 0; c < classes; c += CLASSES_AT_ONCE) {
                int weights = c * probabilityStride + query;
                Lanes.mix(sigmoids[query], sigmoids[query + 1], sigmoids[query + 2], probabilities, weights, weights + probabilityStride,
                        sums[c], sums[c + 1], span);
            }
        }
    }
}
