package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;

/// The softmax of the rows of a matrix, in double and rounded once; for the class logits of queries, which are few.
public final class Softmax {
    private final double[] powers;

    /// @param length of a row
    public Softmax(int length) {
        this.powers = new double[length];
    }

    /// Computes the softmax of each row.
    ///
    /// @param logits float32 `[rows, length]`
    /// @param target `[rows · length]`, overwritten
    public void rows(MemorySegment logits, int rows, float[] target) {
        int length = powers.length;
        for (int row = 0; row < rows; row++) {
            double highest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < length; i++) {
                powers[i] = logits.get(Tensor.FLOAT32, ((long) row * length + i) * Float.BYTES);
                highest = Math.max(highest, powers[i]);
            }
            double sum = 0;
            for (int i = 0; i < length; i++) {
                powers[i] = Math.exp(powers[i] - highest);
                sum += powers[i];
            }
            for (int i = 0; i < length; i++) {
                target[row * length + i] = (float) (powers[i] / sum);
            }
        }
    }
}
