package dev.maskforge.engine.tensorrt.kernels.attention;

/// What one block of the deformable attention kernel does: some heads of a rectangle of queries.
///
/// @param height   in queries
/// @param width    in queries
/// @param heads    of each query
/// @param channels neighbours that one lane has
/// @param lanes    that share a head of a query: a power of two
/// @param blocks   that a multiprocessor should have room for, which bounds the registers of a thread
public record DeformableAttentionTile(int height, int width, int heads, int channels, int lanes, int blocks) {
    private static final int THREADS = 256;
    private static final int HEADS = 2;
    private static final int THREADS_OF_MULTIPROCESSOR = 1024;
    private static final int MOST_LANES = 32;

    /// The fastest that was found for networks as they are (docs/cuda-kernels.md): two heads, as square as powers of two are.
    static DeformableAttentionTile standard(DeformableAttentionLayout layout) {
        return of(layout, THREADS, HEADS, 1, THREADS_OF_MULTIPROCESSOR);
    }

    /// @param threads  of a block, a power of two from 32 on
    /// @param loads    that a lane needs for its channels, as far as they go into a head's
    /// @param resident threads that a multiprocessor should have room for
    static DeformableAttentionTile of(DeformableAttentionLayout layout, int threads, int heads, int loads, int resident) {
        int channels = Math.min(layout.vector() * loads, Integer.lowestOneBit(layout.channels()));
        int shares = layout.channels() / channels;
        int lanes = Math.min(MOST_LANES, shares == 1 ? 1 : Integer.highestOneBit(shares - 1) * 2);
        int together = Math.min(heads, layout.heads());
        int queries = Math.max(1, threads / (lanes * together));
        int height = 1 << Integer.numberOfTrailingZeros(Integer.highestOneBit(queries)) / 2;
        return new DeformableAttentionTile(height, queries / height, together, channels, lanes, Math.max(1, resident / threads));
    }

    int threads() {
        return height * width * heads * lanes;
    }

    /// How many tiles cover a level.
    int tiles(DeformableAttentionLayout.Level level) {
        return Math.ceilDiv(level.height(), height) * Math.ceilDiv(level.width(), width);
    }
}
