package dev.maskforge.vision;

import dev.maskforge.kernels.BilinearAxis;
import dev.maskforge.kernels.Lanes;
import dev.maskforge.kernels.MaskRows;
import java.util.Arrays;

/// Mask logits at the original size of the picture, a row at a time, from rows at the network's size.
final class PictureMaskRows implements MaskRows {
    /// A few arrays of a chunk fit into the first-level cache.
    private static final int LONGEST_CHUNK = 512;

    private final MaskRows source;
    private final BilinearAxis vertical;
    private final int width;
    private final int chunkLength;
    /// Where in a row of the source the two columns are that each column of the picture lies between; filled up to whole
    /// chunks with a column that exists.
    private final int[] left;
    private final int[] right;
    private final float[] fraction;
    private final int[] columns;
    /// Source rows `loadedRow[i]`, `[queries][source row]`.
    private final float[][][] loaded;
    private final int[] loadedRow = {-1, -1};
    private final float[][] between;
    private final float[] scratch;

    /// @param source rows of the resized picture
    PictureMaskRows(MaskRows source, Geometry geometry) {
        this.source = source;
        this.width = geometry.originalWidth();
        this.vertical = BilinearAxis.of(geometry.resizedHeight(), geometry.originalHeight());
        this.chunkLength = Math.min(width, LONGEST_CHUNK);
        int length = Math.multiplyExact(Math.ceilDiv(width, chunkLength), chunkLength);
        BilinearAxis horizontal = BilinearAxis.of(geometry.resizedWidth(), width);
        int[] order = source.columns();
        this.left = Arrays.copyOf(Arrays.stream(horizontal.lower()).map(x -> order[x]).toArray(), length);
        this.right = Arrays.copyOf(Arrays.stream(horizontal.upper()).map(x -> order[x]).toArray(), length);
        this.fraction = Arrays.copyOf(horizontal.fraction(), length);
        this.columns = new int[width];
        Arrays.setAll(columns, x -> x);
        this.loaded = new float[2][source.queries()][source.rowLength()];
        this.between = new float[source.queries()][source.rowLength()];
        this.scratch = new float[source.chunkLength()];
    }

    @Override
    public int queries() {
        return source.queries();
    }

    @Override
    public int chunks() {
        return left.length / chunkLength;
    }

    @Override
    public int chunkLength() {
        return chunkLength;
    }

    @Override
    public int pixels(int chunk) {
        return Math.min(chunkLength, width - chunk * chunkLength);
    }

    @Override
    public int[] columns() {
        return columns;
    }

    @Override
    public void seek(int y) {
        float[][] lower = sourceRow(vertical.lower()[y], vertical.upper()[y]);
        float[][] upper = sourceRow(vertical.upper()[y], vertical.lower()[y]);
        for (int query = 0; query < between.length; query++) {
            Lanes.blend(lower[query], upper[query], vertical.fraction()[y], between[query], between[query].length);
        }
    }

    private float[][] sourceRow(int y, int other) {
        int slot = loadedRow[0] == y || loadedRow[1] != y && loadedRow[0] != other ? 0 : 1;
        if (loadedRow[slot] != y) {
            source.seek(y);
            for (int query = 0; query < between.length; query++) {
                load(query, loaded[slot][query]);
            }
            loadedRow[slot] = y;
        }
        return loaded[slot];
    }

    private void load(int query, float[] row) {
        for (int chunk = 0; chunk < source.chunks(); chunk++) {
            source.logits(query, chunk, scratch);
            System.arraycopy(scratch, 0, row, chunk * scratch.length, scratch.length);
        }
    }

    @Override
    public void logits(int query, int chunk, float[] target) {
        float[] row = between[query];
        int from = chunk * chunkLength;
        for (int x = 0; x < chunkLength; x++) {
            float weight = fraction[from + x];
            target[x] = (1 - weight) * row[left[from + x]] + weight * row[right[from + x]];
        }
    }
}
