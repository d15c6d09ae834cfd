package dev.maskforge.kernels;

/// The inner loops of the head of mask classification. Letters: `Q` queries, `K` classes.
sealed interface HeadLanes permits PlainHeadLanes, VectorHeadLanes {
    /// `x[i] = 1 / (1 + exp(-x[i]))`, with a relative error below 2e-7 where it is above 2e-38. A NaN stays one.
    ///
    /// @param scratch      of as many elements
    /// @param otherScratch of as many elements
    void sigmoid(float[] x, float[] scratch, float[] otherScratch, int count);

    /// How many classes a tile of [#mix] takes at once; probabilities are filled up with zeros to a multiple of it.
    int classesAtOnce();

    /// How many queries it takes at once; likewise.
    int queriesAtOnce();

    /// `sums[c][x] = Σ_q probabilities[c·stride + q] · sigmoids[q][x]`
    ///
    /// @param sigmoids `[Q rounded up][count]`
    /// @param stride   Q rounded up
    /// @param sums     `[K rounded up][count]`, overwritten
    void mix(float[][] sigmoids, float[] probabilities, int stride, float[][] sums, int count);

    /// The first class with the largest score at each position, and that score; scores that are not numbers never win, and
    /// where none does, the class is 0 and the score negative infinity.
    ///
    /// @param scores  `[classes][count]` at least
    /// @param highest overwritten
    /// @param labels  overwritten
    void best(float[][] scores, int classes, float[] highest, int[] labels, int count);
}
