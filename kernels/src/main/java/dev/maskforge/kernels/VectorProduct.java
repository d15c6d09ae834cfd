package dev.maskforge.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The inner loop of convolutions and feed-forward networks: a product of [#ROWS] rows of weights and a panel of [#COLUMNS] columns, whose sums all
/// stay in registers ("Anatomy of High-Performance Matrix Multiplication", Goto and van de Geijn, section 4.2).
///
/// With vectors of 16 floats it reaches the processor's arithmetic; those of 8 need more registers than there are, and the
/// compiler spills a few.
final class VectorProduct {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    /// Floats in a vector.
    static final int LENGTH = FLOATS.length();
    /// Rows of weights in one product.
    static final int ROWS = 8;
    /// Columns of a panel.
    static final int COLUMNS = 2 * LENGTH;

    private VectorProduct() {
    }

    /// `result[row][column] = Σ over k < depth of weights[k][row]·panel[k][column]`
    ///
    /// @param weights   `[depth][ROWS]` from `from` on
    /// @param panel     `[depth][COLUMNS]` from `panelFrom` on
    /// @param result    rows of COLUMNS, `rowStride` apart, from `resultFrom` on
    static void multiply(float[] weights, int from, float[] panel, int panelFrom, int depth, float[] result, int resultFrom,
            int rowStride) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector f0 = a0;
        FloatVector f1 = a0;
        FloatVector g0 = a0;
        FloatVector g1 = a0;
        FloatVector h0 = a0;
        FloatVector h1 = a0;
        int column = panelFrom;
        for (int k = 0; k < depth; k++) {
            int at = from + k * ROWS;
            FloatVector left = FloatVector.fromArray(FLOATS, panel, column);
            FloatVector right = FloatVector.fromArray(FLOATS, panel, column + LENGTH);
            FloatVector weight = FloatVector.broadcast(FLOATS, weights[at]);
            a0 = weight.fma(left, a0);
            a1 = weight.fma(right, a1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 1]);
            b0 = weight.fma(left, b0);
            b1 = weight.fma(right, b1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 2]);
            c0 = weight.fma(left, c0);
            c1 = weight.fma(right, c1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 3]);
            d0 = weight.fma(left, d0);
            d1 = weight.fma(right, d1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 4]);
            e0 = weight.fma(left, e0);
            e1 = weight.fma(right, e1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 5]);
            f0 = weight.fma(left, f0);
            f1 = weight.fma(right, f1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 6]);
            g0 = weight.fma(left, g0);
            g1 = weight.fma(right, g1);
            weight = FloatVector.broadcast(FLOATS, weights[at + 7]);
            h0 = weight.fma(left, h0);
            h1 = weight.fma(right, h1);
            column += COLUMNS;
        }
        int row = resultFrom;
        store(a0, a1, result, row);
        row += rowStride;
        store(b0, b1, result, row);
        row += rowStride;
        store(c0, c1, result, row);
        row += rowStride;
        store(d0, d1, result, row);
        row += rowStride;
        store(e0, e1, result, row);
        row += rowStride;
        store(f0, f1, result, row);
        row += rowStride;
        store(g0, g1, result, row);
        row += rowStride;
        store(h0, h1, result, row);
    }

    /// `result[row][column] = Σ over k < depth of rows[row][k]·panel[k][column]`: as [#multiply], of rows as tokens lie, which
    /// need not be interleaved first. What the two share are sums in registers, which no method can hand to another.
    ///
    /// @param rows      `[ROWS][depth]`, `stride` apart, from `from` on
    /// @param panel     `[depth][COLUMNS]` from `panelFrom` on
    /// @param result    rows of COLUMNS, `rowStride` apart, from `resultFrom` on
    static void multiplyRows(float[] rows, int from, int stride, float[] panel, int panelFrom, int depth, float[] result, int resultFrom,
            int rowStride) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector f0 = a0;
        FloatVector f1 = a0;
        FloatVector g0 = a0;
        FloatVector g1 = a0;
        FloatVector h0 = a0;
        FloatVector h1 = a0;
        int second = from + stride;
        int third = second + stride;
        int fourth = third + stride;
        int fifth = fourth + stride;
        int sixth = fifth + stride;
        int seventh = sixth + stride;
        int eighth = seventh + stride;
        int column = panelFrom;
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(FLOATS, panel, column);
            FloatVector right = FloatVector.fromArray(FLOATS, panel, column + LENGTH);
            FloatVector number = FloatVector.broadcast(FLOATS, rows[from + k]);
            a0 = number.fma(left, a0);
            a1 = number.fma(right, a1);
            number = FloatVector.broadcast(FLOATS, rows[second + k]);
            b0 = number.fma(left, b0);
            b1 = number.fma(right, b1);
            number = FloatVector.broadcast(FLOATS, rows[third + k]);
            c0 = number.fma(left, c0);
            c1 = number.fma(right, c1);
            number = FloatVector.broadcast(FLOATS, rows[fourth + k]);
            d0 = number.fma(left, d0);
            d1 = number.fma(right, d1);
            number = FloatVector.broadcast(FLOATS, rows[fifth + k]);
            e0 = number.fma(left, e0);
            e1 = number.fma(right, e1);
            number = FloatVector.broadcast(FLOATS, rows[sixth + k]);
            f0 = number.fma(left, f0);
            f1 = number.fma(right, f1);
            number = FloatVector.broadcast(FLOATS, rows[seventh + k]);
            g0 = number.fma(left, g0);
            g1 = number.fma(right, g1);
            number = FloatVector.broadcast(FLOATS, rows[eighth + k]);
            h0 = number.fma(left, h0);
            h1 = number.fma(right, h1);
            column += COLUMNS;
        }
        int row = resultFrom;
        store(a0, a1, result, row);
        row += rowStride;
        store(b0, b1, result, row);
        row += rowStride;
        store(c0, c1, result, row);
        row += rowStride;
        store(d0, d1, result, row);
        row += rowStride;
        store(e0, e1, result, row);
        row += rowStride;
        store(f0, f1, result, row);
        row += rowStride;
        store(g0, g1, result, row);
        row += rowStride;
        store(h0, h1, result, row);
    }

    private static void store(FloatVector left, FloatVector right, float[] result, int at) {
        left.intoArray(result, at);
        right.intoArray(result, at + LENGTH);
    }
}
