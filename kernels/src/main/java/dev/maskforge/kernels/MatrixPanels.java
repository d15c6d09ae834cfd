package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A constant matrix as products of rows take it: panels of [VectorProduct#COLUMNS] columns. Rows that are multiplied at a
/// time are [VectorProduct#ROWS] of an array.
final class MatrixPanels {
    private static final int COLUMNS = VectorProduct.COLUMNS;

    private final int depth;
    private final int columns;
    /// `[panels][depth][COLUMNS]`; columns beyond the last are 0.
    private final float[] panels;

    /// @param matrix float32 `[depth, columns]`
    /// @throws ArithmeticException if the panels exceed an array
    MatrixPanels(Tensor matrix) {
        this.depth = Math.toIntExact(matrix.shape().get(0).size());
        this.columns = Math.toIntExact(matrix.shape().get(1).size());
        this.panels = new float[Math.multiplyExact(paddedColumns(), depth)];
        float[] row = new float[columns];
        for (int k = 0; k < depth; k++) {
            MemorySegment.copy(matrix.memory(), Tensor.FLOAT32, (long) k * columns * Float.BYTES, row, 0, columns);
            for (int column = 0; column < columns; column++) {
                panels[(column / COLUMNS * depth + k) * COLUMNS + column % COLUMNS] = row[column];
            }
        }
    }

    int depth() {
        return depth;
    }

    int columns() {
        return columns;
    }

    /// Columns of panels that are full.
    int paddedColumns() {
        return Math.ceilDiv(columns, COLUMNS) * COLUMNS;
    }

    /// A vector with an element for each column, of panels that are full.
    float[] padded(Tensor vector) {
        return Arrays.copyOf(vector.toFloats(), paddedColumns());
    }

    /// The products of ROWS rows with the panel whose first column this is.
    ///
    /// @param rows   `[ROWS][depth]`, side by side, from `from` on
    /// @param result rows of COLUMNS, `stride` apart, from `to` on
    void multiply(float[] rows, int from, int column, float[] result, int to, int stride) {
        VectorProduct.multiplyRows(rows, from, depth, panels, column * depth, depth, result, to, stride);
    }
}
