package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A convolution's weights as its kernels take them: groups of [VectorProduct#ROWS] filters, what is multiplied at a time
/// lying together. Each form is made when first asked for and shared by all kernels of the node.
final class ConvolutionWeights {
    private final Tensor weight;
    private Optional<float[]> direct = Optional.empty();
    private Optional<float[]> tiles = Optional.empty();

    /// @param weight float32 `[M, C, kH, kW]`
    ConvolutionWeights(Tensor weight) {
        this.weight = weight;
    }

    /// `[groups][C·kH·kW][ROWS]`; rows beyond the last filter are 0.
    synchronized float[] direct() {
        if (direct.isEmpty()) {
            int filters = size(0);
            int depth = size(1) * size(2) * size(3);
            float[] packed = allocate(1, filters, depth);
            float[] filter = new float[depth];
            for (int m = 0; m < filters; m++) {
                MemorySegment.copy(weight.memory(), Tensor.FLOAT32, (long) m * depth * Float.BYTES, filter, 0, depth);
                for (int k = 0; k < depth; k++) {
                    packed[index(m, k, depth)] = filter[k];
                }
            }
            direct = Optional.of(packed);
        }
        return direct.orElseThrow();
    }

    /// `[36][groups][C][ROWS]`: G·g·Gᵀ of each 3x3 kernel g.
    synchronized float[] tiles() {
        if (tiles.isEmpty()) {
            int filters = size(0);
            int channels = size(1);
            float[] packed = allocate(WinogradTransform.POINTS, filters, channels);
            int stride = groups(filters) * channels * VectorProduct.ROWS;
            float[] kernels = new float[channels * 9];
            float[] transformed = new float[WinogradTransform.POINTS];
            for (int m = 0; m < filters; m++) {
                MemorySegment.copy(weight.memory(), Tensor.FLOAT32, (long) m * kernels.length * Float.BYTES, kernels, 0, kernels.length);
                for (int c = 0; c < channels; c++) {
                    WinogradTransform.ofKernel(kernels, c * 9, transformed);
                    int at = index(m, c, channels);
                    for (int point = 0; point < WinogradTransform.POINTS; point++) {
                        packed[point * stride + at] = transformed[point];
                    }
                }
            }
            tiles = Optional.of(packed);
        }
        return tiles.orElseThrow();
    }

    /// Groups of so many filters.
    static int groups(int filters) {
        return Math.ceilDiv(filters, VectorProduct.ROWS);
    }

    private static int index(int filter, int k, int depth) {
        return (filter / VectorProduct.ROWS * depth + k) * VectorProduct.ROWS + filter % VectorProduct.ROWS;
    }

    private static float[] allocate(int planes, int filters, int depth) {
        return new float[Math.multiplyExact(Math.multiplyExact(planes, groups(filters) * VectorProduct.ROWS), depth)];
    }

    private int size(int axis) {
        return Math.toIntExact(weight.shape().get(axis).size());
    }
}
