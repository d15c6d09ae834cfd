package dev.maskforge.engine.tensorrt.kernels.queries;

/// What a single node may be for the kernel of queries to take it in some graph: a picture's values `[R, C]`, of which each step's
/// tiles are whole. Whether it takes nodes that are put together, [QueryProgram] says. All numbers follow from [QueryLayout]'s.
public final class QueryLimits {
    /// A picture's queries: as keys of attention among themselves, each of a block's warps has a tile of them.
    private static final long MOST_ROWS = (long) QueryLayout.TILE * QueryLayout.WARPS;
    /// Channels of a query, of which each block has a tile.
    private static final long MOST_WIDTH = (long) QueryLayout.TILE * QueryLayout.CLUSTER;
    /// Channels that a product gives, of which each block has so many tiles.
    private static final long MOST_OUTPUTS = MOST_WIDTH * QueryLayout.MOST_CHUNKS;
    /// Channels inside a feed-forward network, of which each of a block's warps has a tile.
    private static final long MOST_HIDDEN = MOST_WIDTH * QueryLayout.WARPS;
    /// A query's channels are shared out to a warp's lanes, two float16 to each.
    private static final long WIDTH = 64;
    /// Elements of float16 in one load.
    private static final long LOAD = 8;

    private QueryLimits() {
    }

    /// Whether a query may have so many channels.
    public static boolean takesWidth(long channels) {
        return isMultiple(channels, WIDTH, MOST_WIDTH);
    }

    /// Whether a product of queries may give so many channels, beside a feed-forward network.
    public static boolean takesOutputs(long channels) {
        return isMultiple(channels, QueryLayout.TILE, MOST_OUTPUTS);
    }

    /// Whether there may be so many channels between the two products of a feed-forward network.
    static boolean takesHidden(long channels) {
        return isMultiple(channels, QueryLayout.FEWEST_HIDDEN, MOST_HIDDEN);
    }

    /// Whether values may have so many rows in each picture.
    public static boolean takesRows(long rows) {
        return rows > 0 && rows <= MOST_ROWS;
    }

    /// Whether values may have so many channels, whatever is done to them.
    public static boolean takesChannels(long channels) {
        return isMultiple(channels, LOAD, MOST_HIDDEN);
    }

    /// Whether x·weightᵀ is computed with a weight `[outputs, inputs]`: of queries and in one piece, or as one of a feed-forward
    /// network's two.
    ///
    /// @param biased whether a bias is added, as both of a network's have one
    public static boolean takesProduct(long outputs, long inputs, boolean biased) {
        return takesWidth(inputs) && (takesOutputs(outputs) || biased && takesHidden(outputs))
                || biased && takesHidden(inputs) && takesWidth(outputs);
    }

    /// Whether what is below 0 becomes 0 where there are so many channels: behind a product, or inside a feed-forward network.
    public static boolean takesRelu(long channels) {
        return takesOutputs(channels) || takesHidden(channels);
    }

    /// Whether values are read from this channel (inclusive) to that (exclusive).
    public static boolean takesColumns(long start, long end) {
        return start >= 0 && start < end && start % LOAD == 0 && takesOutputs(end - start);
    }

    /// Whether rows of so many channels attend to each other with so many heads.
    public static boolean takesAttention(long channels, long heads) {
        if (!takesWidth(channels) || heads <= 0 || channels % heads != 0) {
            return false;
        }
        long tiles = channels / heads / QueryLayout.FEWEST_OF_HEAD;
        return channels / heads % QueryLayout.FEWEST_OF_HEAD == 0 && (tiles == 1 || tiles == 2 || tiles == 4);
    }

    private static boolean isMultiple(long channels, long unit, long most) {
        return channels > 0 && channels <= most && channels % unit == 0;
    }
}
