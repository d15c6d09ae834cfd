package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.graph.Shape;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;

/// Sizes of a stem.
///
/// @param pictures N
/// @param height   of a picture in pixels
/// @param width    of a picture in pixels
public record StemLayout(int pictures, int height, int width) {
    /// The file's `THREADS`.
    private static final int THREADS = 256;
    /// The file's `WARPS_ACROSS` by `POOLED`.
    private static final int COLUMNS = 28;
    /// As many at once as an H100 or H200 has multiprocessors, each of which holds one; where there are more, strips could be shorter.
    private static final int BLOCKS_AT_ONCE = 132;
    /// What a strip takes beside its rows, in rows: filters that begin before it and end after it, and the first pixels.
    private static final int BESIDE_ROWS = 2;
    /// Longer ones gain nothing by what lies beside.
    private static final int MOST_ROWS = 64;

    public StemLayout {
        if (Math.min(pictures, Math.min(height, width)) < 1) {
            throw new IllegalArgumentException("there is at least one pixel, not " + pictures + " pictures of " + height + "x" + width);
        }
    }

    /// A program's, for certain sizes of the symbols in its shapes.
    static StemLayout of(StemProgram program, Map<String, Long> sizes) {
        Shape pixels = program.type().shape().with(sizes);
        return new StemLayout(Math.toIntExact(pixels.get(0).size()), Math.toIntExact(pixels.get(1).size()),
                Math.toIntExact(pixels.get(2).size()));
    }

    /// Of the convolution and the maximum, each of stride 2.
    static int halved(int size) {
        return (size - 1) / 2 + 1;
    }

    /// Of the maximum.
    public int outputHeight() {
        return halved(halved(height));
    }

    /// Of the maximum.
    public int outputWidth() {
        return halved(halved(width));
    }

    KernelSource source() {
        return KernelSource.of("stem.cu", "values.cuh").with("WIDE", isWide() ? 1 : 0);
    }

    /// Whether four pixels are three words, wherever a row begins.
    boolean isWide() {
        return width % 4 == 0;
    }

    /// Rows of the maximum that a block has, an even number: with which all blocks are soonest done, if each takes as long as its rows.
    int rows() {
        int most = Math.min(MOST_ROWS, outputHeight() + outputHeight() % 2);
        return IntStream.rangeClosed(1, most / 2).map(half -> 2 * half).boxed()
                .min(Comparator.<Integer>comparingLong(this::duration).thenComparing(Comparator.reverseOrder())).orElseThrow();
    }

    private long duration(int rows) {
        long blocks = (long) blocksAcross() * Math.ceilDiv(outputHeight(), rows) * pictures;
        return Math.ceilDiv(blocks, (long) BLOCKS_AT_ONCE) * (rows + BESIDE_ROWS);
    }

    private int blocksAcross() {
        return Math.ceilDiv(outputWidth(), COLUMNS);
    }

    /// @throws dev.maskforge.engine.EngineException if there are more pictures than CUDA launches at once
    LaunchGeometry geometry() {
        return new LaunchGeometry(blocksAcross(), Math.ceilDiv(outputHeight(), rows()), pictures, THREADS, 1);
    }
}
