package dev.maskforge.vision;

import dev.maskforge.kernels.BilinearAxis;
import dev.maskforge.kernels.Lanes;
import java.util.Arrays;

/// Class scores at the original size of the picture, a row at a time, from rows at the network's size. One instance
/// belongs to one thread.
final class ScoreResizer {
    private final ScoreRows source;
    private final int classes;
    private final BilinearAxis vertical;
    private final BilinearAxis horizontal;
    /// Where in a row of the source the two columns are that each column of the picture lies between.
    private final int[] left;
    private final int[] right;
    private final int[] columns;
    /// Source rows `loadedRow[i]`, `[K][rowLength]`.
    private final float[][][] loaded;
    private final int[] loadedRow = {-1, -1};
    private final float[] between;
    private final float[][] row;

    ScoreResizer(ScoreRows source, int classes, Geometry geometry) {
        this.source = source;
        this.classes = classes;
        this.vertical = BilinearAxis.of(geometry.resizedHeight(), geometry.originalHeight());
        this.horizontal = BilinearAxis.of(geometry.resizedWidth(), geometry.originalWidth());
        this.left = Arrays.stream(horizontal.lower()).map(x -> source.columns()[x]).toArray();
        this.right = Arrays.stream(horizontal.upper()).map(x -> source.columns()[x]).toArray();
        this.columns = new int[geometry.originalWidth()];
        Arrays.setAll(columns, x -> x);
        this.loaded = new float[2][classes][source.rowLength()];
        this.between = new float[source.rowLength()];
        this.row = new float[classes][geometry.originalWidth()];
    }

    /// Columns are in their natural order.
    int[] columns() {
        return columns;
    }

    /// The scores in row `y` of the picture, `[K][width]`, valid until the next call.
    float[][] row(int y) {
        float[][] lower = sourceRow(vertical.lower()[y], vertical.upper()[y]);
        float[][] upper = sourceRow(vertical.upper()[y], vertical.lower()[y]);
        for (int c = 0; c < classes; c++) {
            Lanes.blend(lower[c], upper[c], vertical.fraction()[y], between, between.length);
            widen(between, row[c]);
        }
        return row;
    }

    private float[][] sourceRow(int y, int other) {
        int slot = loadedRow[0] == y || loadedRow[1] != y && loadedRow[0] != other ? 0 : 1;
        if (loadedRow[slot] != y) {
            source.row(y, loaded[slot]);
            loadedRow[slot] = y;
        }
        return loaded[slot];
    }

    private void widen(float[] narrow, float[] wide) {
        float[] fraction = horizontal.fraction();
        for (int x = 0; x < wide.length; x++) {
            wide[x] = (1 - fraction[x]) * narrow[left[x]] + fraction[x] * narrow[right[x]];
        }
    }
}
