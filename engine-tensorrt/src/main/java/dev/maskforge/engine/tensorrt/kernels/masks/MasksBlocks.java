package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.graph.DataType;
import java.util.stream.IntStream;

/// How blocks share out the queries and pixels of a picture.
///
/// @param tiles   sixteens of queries that a block has
/// @param parts   of the queries, each of which has blocks of its own
/// @param warps   of a block
/// @param split   warps that share out a block's queries; the others share out its pixels
/// @param across  blocks that share out the pixels
/// @param cluster blocks that tell each other which queries see something: one, or all that share out the pixels
record MasksBlocks(int tiles, int parts, int warps, int split, int across, int cluster) {
    private static final int TILE = 16;
    /// One for each multiprocessor of an H100, which holds no more, and each reads all embeddings. More of them would be idle less on
    /// devices that have more, and have not been tried.
    private static final int MOST_WHOLE = 132;
    private static final int WARPS_OF_WHOLE = 8;
    /// Warps that share out the queries of pixels that are too few for all multiprocessors.
    private static final int MOST_SPLIT = 4;
    /// So few that a multiprocessor holds at least two such blocks, whatever the layout is, and eight of its neighbours a cluster.
    private static final int WARPS_OF_PART = 4;
    /// What devices of compute capability 9 and 10 have when they are asked for more than 8.
    private static final int MOST_OF_CLUSTER = 16;
    /// Of a picture. A warp of a cluster then goes round four times at most, each time waiting for memory, which should not be longer than
    /// a second launch and the loading of all embeddings are.
    private static final int FEW_PIXELS = 4 * MOST_OF_CLUSTER * WARPS_OF_PART * TILE;
    /// Of features, as often as all parts read them, from the second-level cache: what that gives in the time of a launch or two.
    private static final long FEW_BYTES = 16 << 20;
    private static final int MOST_STEPS_AT_ONCE = 8;
    private static final int MOST_STEPS_AT_ONCE_OF_TILE = 16;
    private static final int STEP_BYTES = 64;

    /// Few pixels are shared out together with the queries, as loading all embeddings takes longer than they do; many are read once. At
    /// 8,192 pixels of float16 both take as long, beyond the first way is slower (docs/cuda-kernels.md).
    static MasksBlocks of(MasksLayout layout) {
        int parts = Math.ceilDiv(layout.queries(), TILE);
        long bytes = Math.multiplyExact(Math.multiplyExact((long) parts * layout.channels(), layout.features().bytes()),
                Math.multiplyExact((long) layout.pictures(), layout.pixels()));
        return layout.pixels() <= FEW_PIXELS && bytes <= FEW_BYTES ? ofParts(layout) : whole(layout);
    }

    /// Blocks that have all queries. Unless one block has all pixels, too, it takes a second launch to tell which queries see something.
    static MasksBlocks whole(MasksLayout layout) {
        int split = 1;
        while (split < MOST_SPLIT && blocksOfWhole(layout, split) * 2 <= MOST_WHOLE) {
            split *= 2;
        }
        return new MasksBlocks(Math.ceilDiv(layout.queries(), TILE), 1, WARPS_OF_WHOLE, split,
                Math.min(blocksOfWhole(layout, split), MOST_WHOLE), 1);
    }

    private static int blocksOfWhole(MasksLayout layout, int split) {
        return Math.ceilDiv(layout.pixels(), WARPS_OF_WHOLE / split * TILE);
    }

    /// Blocks that have sixteen queries. Where attention is blocked, a cluster of them has all pixels.
    static MasksBlocks ofParts(MasksLayout layout) {
        int wanted = Math.ceilDiv(layout.pixels(), WARPS_OF_PART * TILE);
        int cluster = 1;
        while (cluster < Math.min(wanted, MOST_OF_CLUSTER)) {
            cluster *= 2;
        }
        int parts = Math.ceilDiv(layout.queries(), TILE);
        return layout.blocked()
                ? new MasksBlocks(1, parts, WARPS_OF_PART, 1, cluster, cluster)
                : new MasksBlocks(1, parts, WARPS_OF_PART, 1, wanted, 1);
    }

    /// Whether who has some queries of a picture has all its pixels, and so knows which of them see something.
    boolean seesAll() {
        return tiles == 1 && across == cluster;
    }

    /// Steps of a pixel's channels that are fetched at once. A warp of one tile has registers for more.
    int chunk(MasksLayout layout) {
        int steps = layout.channels() * layout.features().bytes() / STEP_BYTES;
        int most = tiles == 1 ? MOST_STEPS_AT_ONCE_OF_TILE : MOST_STEPS_AT_ONCE;
        return IntStream.rangeClosed(1, most).filter(each -> steps % each == 0).max().orElse(1);
    }

    /// Queries that a block has room for.
    int queries() {
        return tiles * TILE;
    }

    /// Shared memory of a block, as the kernel lays it out; it refuses to be compiled for any other number.
    int sharedBytes(MasksLayout layout) {
        return Math.toIntExact(sharedBytes(queries(), layout.channels(), layout.features()));
    }

    static long sharedBytes(long queries, long channels, DataType features) {
        int margin = 64;
        return Math.ceilDiv(queries, (long) TILE) * TILE * (channels * features.bytes() + margin + Float.BYTES + Integer.BYTES);
    }
}
