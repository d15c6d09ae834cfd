package dev.maskforge.kernels;

import java.util.Arrays;

/// In loops that the compiler turns into vectors by itself: see [Lanes].
record PlainHeadLanes() implements HeadLanes {
    private static final int QUERIES_AT_ONCE = 3;
    private static final int CLASSES_AT_ONCE = 2;

    @Override
    public void sigmoid(float[] x, float[] scratch, float[] otherScratch, int count) {
        Lanes.sigmoid(x, x, scratch, otherScratch, count);
    }

    @Override
    public int classesAtOnce() {
        return CLASSES_AT_ONCE;
    }

    @Override
    public int queriesAtOnce() {
        return QUERIES_AT_ONCE;
    }

    /// Query triples outside, so that they stay in the first-level cache while all classes take them.
    @Override
    public void mix(float[][] sigmoids, float[] probabilities, int stride, float[][] sums, int count) {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0, count, 0);
        }
        for (int query = 0; query < stride; query += QUERIES_AT_ONCE) {
            for (int c = 0; c < sums.length; c += CLASSES_AT_ONCE) {
                int weights = c * stride + query;
                Lanes.mix(sigmoids[query], sigmoids[query + 1], sigmoids[query + 2], probabilities, weights, weights + stride, sums[c],
                        sums[c + 1], count);
            }
        }
    }

    @Override
    public void best(float[][] scores, int classes, float[] highest, int[] labels, int count) {
        Arrays.fill(highest, 0, count, Float.NEGATIVE_INFINITY);
        Arrays.fill(labels, 0, count, 0);
        for (int c = 0; c < classes; c++) {
            Lanes.challenge(scores[c], c, highest, labels, count);
        }
    }
}
