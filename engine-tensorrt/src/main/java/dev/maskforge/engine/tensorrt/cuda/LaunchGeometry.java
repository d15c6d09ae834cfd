package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;

/// How many blocks there are, how many threads each has, and how much memory these share, beside what the kernel says itself.
public record LaunchGeometry(int blocksAcross, int blocksDown, int blocksDeep, int threadsAcross, int threadsDown, int sharedBytes) {
    private static final int MOST_BLOCKS_DOWN_OR_DEEP = 65_535;
    private static final int MOST_THREADS = 1024;

    public LaunchGeometry {
        if (Math.min(blocksAcross, Math.min(blocksDown, blocksDeep)) < 1 || Math.min(threadsAcross, threadsDown) < 1) {
            throw new IllegalArgumentException(
                    "a launch has at least one block and one thread, not " + blocksAcross + "x" + blocksDown + "x"
                            + blocksDeep + " of " + threadsAcross + "x" + threadsDown);
        }
        if ((long) threadsAcross * threadsDown > MOST_THREADS) {
            throw new IllegalArgumentException(
                    "a block has at most " + MOST_THREADS + " threads, not " + threadsAcross + "x" + threadsDown);
        }
        if (Math.max(blocksDown, blocksDeep) > MOST_BLOCKS_DOWN_OR_DEEP) {
            throw new EngineException("CUDA takes at most " + MOST_BLOCKS_DOWN_OR_DEEP + " blocks down or deep, not " + blocksDown + "x"
                    + blocksDeep + "; use a smaller picture or batch");
        }
    }

    /// No shared memory but what the kernel says itself.
    public LaunchGeometry(int blocksAcross, int blocksDown, int blocksDeep, int threadsAcross, int threadsDown) {
        this(blocksAcross, blocksDown, blocksDeep, threadsAcross, threadsDown, 0);
    }

    /// Blocks in a row, as many times over as there are pictures.
    public static LaunchGeometry ofRow(long blocks, int pictures, int threads) {
        if (blocks > Integer.MAX_VALUE) {
            throw new EngineException("CUDA takes at most 2147483647 blocks across, not " + blocks + "; use a smaller picture");
        }
        return new LaunchGeometry((int) blocks, pictures, 1, threads, 1);
    }
}
