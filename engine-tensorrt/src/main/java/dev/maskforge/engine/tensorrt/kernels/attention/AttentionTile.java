package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.graph.DataType;

/// How queries and keys are shared out.
///
/// @param tiles  of 16 queries in a block, each with warps of its own
/// @param parts  warps that share a tile's keys
/// @param steps  of 64 keys that a warp takes between two loads
/// @param splits blocks that share the keys of their queries; another kernel joins the results of more than one
public record AttentionTile(int tiles, int parts, int steps, int splits) {
    static final int STEP = 64;
    /// What a block may have without being asked for more.
    private static final int SHARED_BYTES = 48 << 10;
    private static final int MOST_TILES = 8;
    /// One for each multiprocessor of a large device.
    private static final int WANTED_BLOCKS = 132;
    /// Up to here, in bytes of one channel of all keys, one block goes through all keys of its queries: 512 of float16.
    private static final int FEW_KEY_BYTES = 1024;
    private static final int PARTS_OF_FEW_KEYS = 4;
    private static final int PARTS_OF_MANY_KEYS = 2;

    /// The fastest that were found (docs/cuda-kernels.md): few keys go through one block, by four warps; many are split until the
    /// device is full, and where there are not enough of them for that, queries are shared out, too.
    static AttentionTile standard(AttentionLayout layout) {
        if (layout.keys() <= FEW_KEY_BYTES / layout.dataType().bytes()) {
            return of(layout, 1, PARTS_OF_FEW_KEYS, 1);
        }
        int blocks = Math.ceilDiv(layout.fragments(), MOST_TILES);
        int others = layout.heads() * layout.pictures();
        int loads = Math.ceilDiv(layout.keys(), of(layout, 1, PARTS_OF_MANY_KEYS, 1).chunk());
        if (loads < WANTED_BLOCKS / (blocks * others)) {
            blocks = Math.min(2 * blocks, layout.fragments());
        }
        int tiles = Math.ceilDiv(layout.fragments(), blocks);
        return of(layout, tiles, PARTS_OF_MANY_KEYS, Math.max(1, WANTED_BLOCKS / (blocks * others)));
    }

    /// @param splits wanted; there are no more than there are loads
    static AttentionTile of(AttentionLayout layout, int tiles, int parts, int splits) {
        int atOnce = Math.min(stepsThatFit(layout), layout.dataType() == DataType.FLOAT16 ? 4 : 2);
        int shared = Math.min(parts, atOnce);
        if (shared > 1 && resultBytes(layout, tiles * shared) > keyBytes(layout) * (atOnce / shared * shared)) {
            return of(layout, tiles, 1, splits);
        }
        int steps = atOnce / shared;
        int loads = Math.ceilDiv(layout.keys(), STEP * steps * shared);
        int wanted = Math.min(splits, loads);
        return new AttentionTile(tiles, shared, steps, Math.ceilDiv(loads, Math.ceilDiv(loads, wanted)));
    }

    private static int stepsThatFit(AttentionLayout layout) {
        return SHARED_BYTES / keyBytes(layout);
    }

    /// What keys and values of a step take in memory that a block shares.
    private static int keyBytes(AttentionLayout layout) {
        return 2 * STEP * (layout.channels() * layout.dataType().bytes() + 16);
    }

    /// What results of so many warps take in the same place.
    private static int resultBytes(AttentionLayout layout, int warps) {
        return warps * 16 * (layout.channels() + 2) * Float.BYTES;
    }

    int threads() {
        return 32 * tiles * parts;
    }

    /// Keys that a block loads at once.
    int chunk() {
        return STEP * steps * parts;
    }

    /// How often a block loads keys.
    int chunks(AttentionLayout layout) {
        return Math.ceilDiv(Math.ceilDiv(layout.keys(), chunk()), splits);
    }
}
