package dev.maskforge.kernels;

/// The scores of all classes in one row after another:
/// `scores[c][x] = Σ_q softmax(class logits)[q][c] · sigmoid(mask logits)[q][x]`, at the size that the mask logits have.
///
/// One instance belongs to one thread. Letters: `Q` queries, `K` classes.
public final class ClassScores {
    private final HeadLanes lanes;
    private final MaskRows masks;
    private final int classes;
    private final float[] weights;
    private final int weightStride;
    private final int span;
    private final float[][] sigmoids;
    private final float[] scratch;
    private final float[] otherScratch;
    /// Of one chunk, `[K rounded up][span]`.
    private final float[][] sums;

    /// With the fastest kernels.
    ///
    /// @param masks         of all queries
    /// @param probabilities float32 `[Q, K + 1]`, the last class being "no object"
    public ClassScores(MaskRows masks, int classes, float[] probabilities) {
        this(Kernels.best(), masks, classes, weights(Kernels.best(), probabilities, masks.queries(), classes));
    }

    /// @param weights as [#weights] gives them
    ClassScores(Kernels kernels, MaskRows masks, int classes, float[] weights) {
        this.lanes = kernels.head();
        this.masks = masks;
        this.classes = classes;
        this.weights = weights;
        this.weightStride = roundUp(masks.queries(), lanes.queriesAtOnce());
        this.span = masks.chunkLength();
        this.sigmoids = new float[weightStride][span];
        this.scratch = new float[span];
        this.otherScratch = new float[span];
        this.sums = new float[roundUp(classes, lanes.classesAtOnce())][span];
    }

    /// Q rounded up.
    static int weightStride(Kernels kernels, int queries) {
        return roundUp(queries, kernels.head().queriesAtOnce());
    }

    private static int roundUp(int count, int unit) {
        return Math.ceilDiv(count, unit) * unit;
    }

    /// The probabilities `[Q, K + 1]` without "no object", by class and query, filled up with zeros:
    /// `[K rounded up, Q rounded up]`.
    static float[] weights(Kernels kernels, float[] probabilities, int queries, int classes) {
        int stride = weightStride(kernels, queries);
        float[] weights = new float[Math.multiplyExact(roundUp(classes, kernels.head().classesAtOnce()), stride)];
        fillWeights(probabilities, queries, classes, weights, stride);
        return weights;
    }

    static void fillWeights(float[] probabilities, int queries, int classes, float[] weights, int stride) {
        for (int query = 0; query < queries; query++) {
            for (int c = 0; c < classes; c++) {
                weights[c * stride + query] = probabilities[query * (classes + 1) + c];
            }
        }
    }

    /// How long a row of scores is: at least the width of the picture.
    public int rowLength() {
        return masks.rowLength();
    }

    /// Where in a row of scores each column of the picture is.
    public int[] columns() {
        return masks.columns();
    }

    /// The scores in row `y`.
    ///
    /// @param scores `[K][rowLength]`, overwritten
    public void row(int y, float[][] scores) {
        masks.seek(y);
        for (int chunk = 0; chunk < masks.chunks(); chunk++) {
            for (int query = 0; query < masks.queries(); query++) {
                float[] logits = sigmoids[query];
                masks.logits(query, chunk, logits);
                lanes.sigmoid(logits, scratch, otherScratch, span);
            }
            lanes.mix(sigmoids, weights, weightStride, sums, span);
            for (int c = 0; c < classes; c++) {
                System.arraycopy(sums[c], 0, scores[c], chunk * span, span);
            }
        }
    }

    /// The first class with the largest score at each position of a row, and that score; a score that is not a number never
    /// wins.
    ///
    /// @param scores  `[K][rowLength]`
    /// @param highest overwritten
    /// @param labels  overwritten
    public static void best(float[][] scores, float[] highest, int[] labels, int count) {
        Kernels.best().head().best(scores, scores.length, highest, labels, count);
    }

    /// The same with the kernels that gave the scores.
    void bestOf(float[][] scores, float[] highest, int[] labels) {
        lanes.best(scores, classes, highest, labels, rowLength());
    }
}
