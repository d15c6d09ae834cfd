package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.graph.DataType;

/// Types and sizes of what the kernel of queries does, and how it is shared out: a cluster of blocks has 16 queries.
///
/// @param rows     queries of a picture
/// @param width    channels of a query
/// @param hidden   channels inside a feed-forward network; if there is none, the fewest
/// @param head     channels of a head of attention; if there is none, the fewest
/// @param dataType of all values: float32, whose factors are rounded to TF32, or float16
public record QueryLayout(int rows, int width, int hidden, int head, DataType dataType) {
    static final int CLUSTER = 16;
    static final int THREADS = 256;
    static final int BUFFERS = 3;
    /// Of a launch.
    static final int MOST_STAGES = 16;
    /// Two tiles for each block.
    static final int FEWEST_HIDDEN = 32 * CLUSTER;
    /// Rows, columns or keys of one product of the matrix units.
    static final int TILE = 16;
    static final int FEWEST_OF_HEAD = TILE;
    /// Of a block.
    static final int WARPS = THREADS / 32;
    /// Tiles of a product's result that a block has.
    static final int MOST_CHUNKS = 3;
    /// What a block may have, less what the kernel has beside.
    private static final int MOST_SHARED = 223 * 1024;

    public QueryLayout {
        boolean isTaken = QueryLimits.takesRows(rows) && QueryLimits.takesWidth(width) && QueryLimits.takesHidden(hidden)
                && head > 0 && width % head == 0 && QueryLimits.takesAttention(width, width / head);
        if (!isTaken) {
            throw new EngineException("the kernel of queries does not take " + rows + " queries of " + width + " channels, " + hidden
                    + " hidden ones and heads of " + head + QueryProgram.CURE);
        }
    }

    KernelSource source() {
        return KernelSource
                .of("queries.cu", "values.cuh", "products.cuh", "barriers.cuh", "cluster.cuh", "query_stages.cuh", "query_products.cuh",
                        "query_exchange.cuh", "query_linear.cuh", "query_feed_forward.cuh", "query_attention.cuh")
                .with("VALUE", ValueTypes.name(dataType, "queries"))
                .with("CLUSTER", CLUSTER).with("SPLITS", clusters()).with("TILES", 1).with("BUFFERS", BUFFERS)
                .with("MOST_STAGES", MOST_STAGES).with("WIDTH", width)
                .with("HIDDEN", hiddenOfBlock()).with("HEAD", head).with("SHARED", sharedBytes());
    }

    /// That work on one picture.
    int clusters() {
        return Math.ceilDiv(rows, TILE);
    }

    /// Hidden channels that a block has.
    int hiddenOfBlock() {
        return hidden / CLUSTER;
    }

    /// Shared memory of a block, as the kernel lays it out; it refuses to be compiled for any other number.
    int sharedBytes() {
        int bytes = dataType.bytes();
        int margin = 64 / bytes;
        int parts = 8 * bytes / 16;
        int shares = head % 32 == 0 && 2 * (width / head) <= CLUSTER ? 2 : 1;
        int own = head / shares;
        int step = 4 * (16 / bytes);
        int slices = width / step % 4 == 0 ? 4 : 2;
        int buffers = BUFFERS * TILE * (width + margin) * bytes;
        int hiddenOrValues = Math.max(TILE * (hiddenOfBlock() + margin), WARPS * 16 * (own + (bytes == 2 ? 8 : 4))) * bytes;
        int sums = Math.max(Math.max(CLUSTER * 32 * parts * 16, WARPS * 16 * (own + 4) * Float.BYTES), MOST_CHUNKS * slices * 1024);
        int sent = TILE * Math.max(16, own) * bytes;
        int all = buffers + hiddenOrValues + sums + sent + 2 * width * bytes;
        int weights = width * hiddenOfBlock() * bytes;
        int held = 0;
        while (held < 2 && all + (held + 1) * weights <= MOST_SHARED) {
            held++;
        }
        return all + held * weights;
    }
}
