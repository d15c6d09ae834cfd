package dev.maskforge.vision;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Rows of scores that a network gives: those of the picture, without the padding.
final class TensorScores implements ScoreRows {
    private final Tensor scores;
    private final int image;
    private final int[] columns;

    /// @param scores float32 `[N, K, H, W]`, at the size of the network's input
    /// @throws IllegalArgumentException if they are not, or have no such picture
    TensorScores(Tensor scores, int image, Geometry geometry) {
        if (scores.dataType() != DataType.FLOAT32 || scores.shape().rank() != 4) {
            throw new IllegalArgumentException("scores are float32[N, K, H, W], not " + scores);
        }
        long[] sizes = scores.shape().sizes();
        if (image < 0 || image >= sizes[0] || sizes[1] < 1 || sizes[2] != geometry.paddedHeight() || sizes[3] != geometry.paddedWidth()) {
            throw new IllegalArgumentException("scores " + scores + " have no picture " + image + " of " + geometry.paddedHeight() + "x"
                    + geometry.paddedWidth() + " pixels");
        }
        this.scores = scores;
        this.image = image;
        this.columns = new int[geometry.resizedWidth()];
        Arrays.setAll(columns, x -> x);
    }

    static int classes(Tensor scores) {
        return Math.toIntExact(scores.shape().get(1).size());
    }

    @Override
    public int rowLength() {
        return columns.length;
    }

    @Override
    public int[] columns() {
        return columns;
    }

    @Override
    public void row(int y, float[][] row) {
        long[] sizes = scores.shape().sizes();
        for (int c = 0; c < row.length; c++) {
            long offset = (((long) image * sizes[1] + c) * sizes[2] + y) * sizes[3] * Float.BYTES;
            MemorySegment.copy(scores.memory(), Tensor.FLOAT32, offset, row[c], 0, columns.length);
        }
    }
}
