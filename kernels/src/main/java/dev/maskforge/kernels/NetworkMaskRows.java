package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Mask logits enlarged to the network's input, a row at a time, cropped to the resized picture.
///
/// When the input is a whole number `F` of times as wide as the masks, a row is cut by phase, `x mod F`: columns of one
/// phase are interpolated from neighbours with the same fraction, which runs in vectors.
///
/// Letters: `h`, `w` the masks' size.
public final class NetworkMaskRows implements MaskRows {
    private static final int MAXIMUM_PHASES = 16;

    private MemorySegment masks;
    private final int[] queries;
    private final int maskHeight;
    private final int maskWidth;
    private final BilinearAxis vertical;
    private final BilinearAxis horizontal;
    private final int width;
    private final int phases;
    /// How many columns of a phase are wanted.
    private final int span;
    private final int[] columns;

    /// Mask rows `loadedRow[i]`, `[queries][w]`.
    private final float[][][] loaded;
    private final int[] loadedRow = {-1, -1};
    /// Between two mask rows; the first and the last column are repeated: `[queries][w + 2]`.
    private final float[][] between;
    private final float[] scratch;

    /// How masks lie in the network's input, in pixels.
    ///
    /// @param maskHeight    of the masks
    /// @param maskWidth     of the masks
    /// @param inputHeight   of the network's input, to which they are enlarged
    /// @param inputWidth    of the network's input
    /// @param croppedHeight of what is wanted of it, from the upper left corner
    /// @param croppedWidth  of what is wanted of it
    public record Frame(int maskHeight, int maskWidth, int inputHeight, int inputWidth, int croppedHeight, int croppedWidth) {}

    /// @param masks   float32 `[all queries, h, w]`
    /// @param queries which queries, in the order wanted
    public NetworkMaskRows(MemorySegment masks, int[] queries, Frame frame) {
        this.masks = masks;
        this.queries = queries.clone();
        this.maskHeight = frame.maskHeight();
        this.maskWidth = frame.maskWidth();
        this.vertical = BilinearAxis.of(maskHeight, frame.inputHeight(), frame.croppedHeight());
        this.horizontal = BilinearAxis.of(maskWidth, frame.inputWidth(), frame.croppedWidth());
        this.width = frame.croppedWidth();
        this.phases = phases(frame.inputWidth(), maskWidth);
        this.span = Math.ceilDiv(width, phases);
        this.columns = new int[width];
        Arrays.setAll(columns, x -> x % phases * span + x / phases);
        this.loaded = new float[2][queries.length][maskWidth];
        this.between = new float[queries.length][maskWidth + 2];
        this.scratch = new float[maskWidth];
    }

    /// Goes on with other masks of the same shape.
    void restart(MemorySegment others) {
        masks = others;
        Arrays.fill(loadedRow, -1);
    }

    private static int phases(int inputWidth, int maskWidth) {
        int factor = inputWidth / maskWidth;
        return factor <= MAXIMUM_PHASES && factor * maskWidth == inputWidth ? factor : 1;
    }

    @Override
    public int queries() {
        return queries.length;
    }

    @Override
    public int chunks() {
        return phases;
    }

    @Override
    public int chunkLength() {
        return span;
    }

    @Override
    public int pixels(int chunk) {
        return Math.ceilDiv(width - chunk, phases);
    }

    @Override
    public int[] columns() {
        return columns;
    }

    @Override
    public void seek(int y) {
        float[][] lower = maskRow(vertical.lower()[y], vertical.upper()[y]);
        float[][] upper = maskRow(vertical.upper()[y], vertical.lower()[y]);
        for (int query = 0; query < queries.length; query++) {
            float[] row = between[query];
            Lanes.blend(lower[query], upper[query], vertical.fraction()[y], scratch, maskWidth);
            System.arraycopy(scratch, 0, row, 1, maskWidth);
            row[0] = row[1];
            row[maskWidth + 1] = row[maskWidth];
        }
    }

    /// Mask row `row` of all queries, loaded unless it is, over one that is not `other`.
    private float[][] maskRow(int row, int other) {
        int slot = loadedRow[0] == row || loadedRow[1] != row && loadedRow[0] != other ? 0 : 1;
        if (loadedRow[slot] != row) {
            for (int query = 0; query < queries.length; query++) {
                long offset = (((long) queries[query] * maskHeight) + row) * maskWidth * Float.BYTES;
                MemorySegment.copy(masks, Tensor.FLOAT32, offset, loaded[slot][query], 0, maskWidth);
            }
            loadedRow[slot] = row;
        }
        return loaded[slot];
    }

    /// Column `i` of a phase is column `phases * i + phase` of the input: mask column `i + (phase + 0.5) / phases - 0.5`.
    @Override
    public void logits(int query, int phase, float[] target) {
        float[] row = between[query];
        if (phases == 1) {
            for (int x = 0; x < span; x++) {
                float fraction = horizontal.fraction()[x];
                target[x] = (1 - fraction) * row[horizontal.lower()[x] + 1] + fraction * row[horizontal.upper()[x] + 1];
            }
            return;
        }
        float offset = (phase + 0.5f) / phases - 0.5f;
        if (offset < 0) {
            Lanes.blendNeighbours(row, 1 + offset, target, span);
        } else {
            Lanes.blendNextNeighbours(row, offset, target, span);
        }
    }
}
