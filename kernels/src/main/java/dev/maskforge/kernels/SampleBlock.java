package dev.maskforge.kernels;

/// What 32 queries ask of one head, side by side, so that positions and weights are computed for many queries at once; of
/// one worker. Element `tap · 32 + lane` of its arrays is of one query's look at one place; a tap is a point of a level.
final class SampleBlock {
    static final int QUERIES = 32;

    final Pyramid pyramid;
    final int taps;
    /// Elements of all arrays below up to the output.
    final int count;
    /// Where the query itself lies, in pixels of the tap's level.
    final float[] referenceX;
    final float[] referenceY;
    /// How far from there it looks.
    final float[] x;
    final float[] y;
    /// Logits, then their softmax.
    final float[] weight;
    final float[] scratch;
    /// The first element of the upper left pixel of four, counted from the picture's first.
    final int[] pixel;
    final float[] topLeft;
    final float[] topRight;
    final float[] bottomLeft;
    final float[] bottomRight;
    /// What the queries gathered with all heads, `[32][channels]`.
    final float[] output;
    /// `[32][heads][taps][2]` and `[32][heads][taps]`, as they came.
    final float[] offsets;
    final float[] logits;

    SampleBlock(Pyramid pyramid) {
        this.pyramid = pyramid;
        this.taps = pyramid.taps();
        this.count = taps * QUERIES;
        this.referenceX = new float[count];
        this.referenceY = new float[count];
        this.x = new float[count];
        this.y = new float[count];
        this.weight = new float[count];
        this.scratch = new float[count];
        this.pixel = new int[count];
        this.topLeft = new float[count];
        this.topRight = new float[count];
        this.bottomLeft = new float[count];
        this.bottomRight = new float[count];
        this.output = new float[QUERIES * pyramid.channels()];
        this.offsets = new float[2 * count * pyramid.heads()];
        this.logits = new float[count * pyramid.heads()];
    }

    /// The queries are pixels of a level, from one on.
    ///
    /// @param queries how many there are, at most 32
    void place(int level, int firstPixel, int queries) {
        int width = pyramid.width(level);
        for (int seen = 0; seen < pyramid.levels(); seen++) {
            double across = (double) pyramid.width(seen) / width;
            double down = (double) pyramid.height(seen) / pyramid.height(level);
            int first = seen * pyramid.points() * QUERIES;
            for (int lane = 0; lane < queries; lane++) {
                int row = (firstPixel + lane) / width;
                int column = (firstPixel + lane) % width;
                referenceX[first + lane] = (float) ((column + 0.5) * across - 0.5);
                referenceY[first + lane] = (float) ((row + 0.5) * down - 0.5);
            }
            for (int point = 1; point < pyramid.points(); point++) {
                System.arraycopy(referenceX, first, referenceX, first + point * QUERIES, QUERIES);
                System.arraycopy(referenceY, first, referenceY, first + point * QUERIES, QUERIES);
            }
        }
    }

    /// Turns what one head is asked from query by query to tap by tap.
    void load(int head, int queries) {
        for (int lane = 0; lane < queries; lane++) {
            int from = (lane * pyramid.heads() + head) * taps;
            for (int tap = 0; tap < taps; tap++) {
                int to = tap * QUERIES + lane;
                weight[to] = logits[from + tap];
                x[to] = offsets[2 * (from + tap)];
                y[to] = offsets[2 * (from + tap) + 1];
            }
        }
    }
}
