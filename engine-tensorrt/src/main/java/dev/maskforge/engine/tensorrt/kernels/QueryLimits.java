package dev.maskforge.engine.tensorrt.kernels;

/// What the kernel of queries takes of a node: a picture's values `[R, C]`, of which each step's tiles are whole. Whether it takes
/// nodes that are put together, [QueryProgram] says.
public final class QueryLimits {
    /// Keys of attention among queries, of which each of a block's warps has 16.
    private static final long MOST_ROWS = 128;
    private static final long MOST_CHANNELS = 2048;
    /// Channels that a row's statistics are made of.
    private static final long MOST_NORMALISED = 512;
    /// Products are made of so many channels at a time,
    private static final long DEPTH = 32;
    /// and give so many.
    private static final long WIDTH = 16;
    /// Elements of float16 in one load.
    private static final long LOAD = 8;

    /// Blocks of a cluster: each has 16 of a query's channels,
    private static final long BLOCKS = 16;
    /// up to 48 of a product's,
    private static final long MOST_OUTPUTS = 48 * BLOCKS;
    /// and 32, 64, 96 or 128 inside a feed-forward network.
    private static final long HIDDEN = 32 * BLOCKS;

    private QueryLimits() {
    }

    /// Whether a query may have so many channels.
    static boolean takesWidth(long channels) {
        return isMultiple(channels, 64, WIDTH * BLOCKS);
    }

    /// Whether a product of queries may give so many channels.
    static boolean takesOutputs(long channels) {
        return isMultiple(channels, WIDTH, MOST_OUTPUTS);
    }

    /// Whether there may be so many channels between the two products of a feed-forward network.
    static boolean takesHidden(long channels) {
        return isMultiple(channels, HIDDEN, MOST_CHANNELS);
    }

    /// Whether values may have so many rows in each picture.
    public static boolean takesRows(long rows) {
        return rows > 0 && rows <= MOST_ROWS;
    }

    /// Whether values may have so many channels, whatever is done to them.
    public static boolean takesChannels(long channels) {
        return isMultiple(channels, LOAD, MOST_CHANNELS);
    }

    /// Whether x·weightᵀ is computed with a weight `[outputs, inputs]`.
    public static boolean takesProduct(long outputs, long inputs) {
        return (takesOutputs(outputs) || takesHidden(outputs)) && isMultiple(inputs, DEPTH, MOST_CHANNELS);
    }

    /// Whether rows of so many channels are normalised.
    public static boolean takesNormalisation(long channels) {
        return isMultiple(channels, DEPTH, MOST_NORMALISED);
    }

    /// Whether values are read from this channel (inclusive) to that (exclusive).
    public static boolean takesColumns(long start, long end) {
        return start >= 0 && start < end && start % LOAD == 0 && end % LOAD == 0;
    }

    /// Whether rows of so many channels attend to each other with so many heads.
    public static boolean takesAttention(long channels, long heads) {
        if (heads <= 0 || channels % heads != 0) {
            return false;
        }
        long head = channels / heads;
        return head == 16 || head == 32 || head == 64;
    }

    private static boolean isMultiple(long channels, long unit, long most) {
        return channels > 0 && channels <= most && channels % unit == 0;
    }
}
