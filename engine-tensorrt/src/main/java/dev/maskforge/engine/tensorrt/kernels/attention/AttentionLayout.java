package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;

/// Types and sizes of one attention ([dev.maskforge.graph.Operation.Attention]).
///
/// @param pictures N
/// @param channels of one head
/// @param queries  of a picture, L
/// @param keys     of a picture, S
/// @param masked   whether a mask says which keys a query does not see
/// @param dataType of query, key, value and result: float32 or float16
/// @param strides  of query, key and value, which may be columns of wider matrices
public record AttentionLayout(int pictures, int heads, int channels, int queries, int keys, boolean masked, DataType dataType,
        Strides strides) {
    private static final int FRAGMENT = 16;
    private static final int MOST_CHANNELS = 64;

    public AttentionLayout {
        if (Math.min(Math.min(pictures, heads), Math.min(queries, keys)) < 1) {
            throw new IllegalArgumentException("attention has at least one picture, head, query and key, not " + pictures + ", " + heads
                    + ", " + queries + " and " + keys);
        }
        if (!takes(channels)) {
            throw new EngineException("the attention kernel takes heads of " + FRAGMENT + ", 32, 48 or " + MOST_CHANNELS + " channels, not "
                    + channels + "; choose another form of attention");
        }
        int model = Math.multiplyExact(heads, channels);
        Math.multiplyExact(queries, model);
        int vector = 16 / dataType.bytes();
        for (int stride : new int[]{strides.query(), strides.key(), strides.value()}) {
            if (stride < model || stride % vector != 0) {
                throw new EngineException("the attention kernel takes rows of at least " + model + " elements and a multiple of " + vector
                        + ", not " + stride + "; choose another form of attention");
            }
        }
    }

    /// Nothing between the rows.
    public AttentionLayout(int pictures, int heads, int channels, int queries, int keys, boolean masked, DataType dataType) {
        this(pictures, heads, channels, queries, keys, masked, dataType,
                new Strides(heads * channels, heads * channels, heads * channels));
    }

    /// Elements from one row to the next.
    public record Strides(int query, int key, int value) {}

    /// Whether there is a kernel for heads of so many channels.
    public static boolean takes(long channels) {
        return channels > 0 && channels % FRAGMENT == 0 && channels <= MOST_CHANNELS;
    }

    /// C, the channels of all heads.
    int model() {
        return heads * channels;
    }

    /// Groups of queries that a warp serves.
    int fragments() {
        return Math.ceilDiv(queries, FRAGMENT);
    }
}
