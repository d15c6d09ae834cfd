package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// What the results of a convolution are of, as columns of a panel (`im2col`): row (c, ky, kx) holds the pixels that the
/// weights of channel c at ky, kx are multiplied with, 0 outside of the picture.
///
/// @param input float32 `[N, C, H, W]`
record PatchPanels(ConvolutionShape shape, MemorySegment input) {
    private static final int COLUMNS = VectorProduct.COLUMNS;
    private static final int LENGTH = VectorProduct.LENGTH;
    private static final long VECTOR_BYTES = (long) LENGTH * Float.BYTES;

    /// Fills `[depth][COLUMNS]`.
    ///
    /// @param first the first column's result in its map
    /// @param count of columns, the others mean nothing
    void fill(int picture, int first, int count, float[] panel, int from) {
        if (shape.isPointwise() && count == COLUMNS) {
            copyPixels(picture, first, panel, from);
        } else {
            gather(picture, first, count, panel, from);
        }
    }

    private void copyPixels(int picture, int first, float[] panel, int from) {
        long at = ((long) picture * shape.channels() * shape.pixels() + first) * Float.BYTES;
        long plane = (long) shape.pixels() * Float.BYTES;
        int to = from;
        for (int channel = 0; channel < shape.channels(); channel++) {
            FloatVector.fromMemorySegment(VectorProduct.FLOATS, input, at, ByteOrder.nativeOrder()).intoArray(panel, to);
            FloatVector.fromMemorySegment(VectorProduct.FLOATS, input, at + VECTOR_BYTES, ByteOrder.nativeOrder()).intoArray(panel,
                    to + LENGTH);
            at += plane;
            to += COLUMNS;
        }
    }

    /// Row of results by row, as far as they are in this panel.
    private void gather(int picture, int first, int count, float[] panel, int from) {
        int done = 0;
        while (done < count) {
            int y = (first + done) / shape.outputWidth();
            int x = (first + done) % shape.outputWidth();
            int run = Math.min(count - done, shape.outputWidth() - x);
            for (int ky = 0; ky < shape.kernelHeight(); ky++) {
                for (int kx = 0; kx < shape.kernelWidth(); kx++) {
                    int row = y * shape.stride() - shape.padding() + ky * shape.dilation();
                    int column = x * shape.stride() - shape.padding() + kx * shape.dilation();
                    int to = from + done + (ky * shape.kernelWidth() + kx) * COLUMNS;
                    if (row < 0 || row >= shape.height()) {
                        clear(run, panel, to);
                    } else {
                        long plane = (long) picture * shape.channels() * shape.pixels();
                        gather(plane + (long) row * shape.width() + column, column, run, panel, to);
                    }
                }
            }
            done += run;
        }
    }

    /// From one channel's row of a panel to the next channel's.
    private int channelStride() {
        return shape.kernelHeight() * shape.kernelWidth() * COLUMNS;
    }

    private void clear(int count, float[] panel, int from) {
        int to = from;
        for (int channel = 0; channel < shape.channels(); channel++) {
            Arrays.fill(panel, to, to + count, 0);
            to += channelStride();
        }
    }

    /// Of all channels pixels of a row, a stride apart.
    ///
    /// @param first  where the first of them would be in the input, in elements
    /// @param column of the first, which may lie outside
    private void gather(long first, int column, int count, float[] panel, int from) {
        int before = Math.clamp(Math.ceilDiv(-column, shape.stride()), 0, count);
        int end = Math.clamp(Math.ceilDiv(shape.width() - column, shape.stride()), before, count);
        if (before == end) {
            // No pixel of the row is reached, and where one would lie may be outside of the memory.
            clear(count, panel, from);
            return;
        }
        long at = first;
        int to = from;
        for (int channel = 0; channel < shape.channels(); channel++) {
            Arrays.fill(panel, to, to + before, 0);
            Arrays.fill(panel, to + end, to + count, 0);
            switch (shape.stride()) {
                case 1 -> MemorySegment.copy(input, Tensor.FLOAT32, (at + before) * Float.BYTES, panel, to + before, end - before);
                case 2 -> copyEveryOther(at, before, end, panel, to);
                default -> copy(at, before, end, panel, to);
            }
            at += shape.pixels();
            to += channelStride();
        }
    }

    private void copyEveryOther(long at, int before, int end, float[] panel, int to) {
        int i = before;
        for (; i <= end - LENGTH; i += LENGTH) {
            long pixel = (at + 2L * i) * Float.BYTES;
            if (pixel + 2 * VECTOR_BYTES > input.byteSize()) {
                break;
            }
            FloatVector near = FloatVector.fromMemorySegment(VectorProduct.FLOATS, input, pixel, ByteOrder.nativeOrder());
            FloatVector far = FloatVector.fromMemorySegment(VectorProduct.FLOATS, input, pixel + VECTOR_BYTES, ByteOrder.nativeOrder());
            LaneOrder.EVEN.selectFrom(near, far).intoArray(panel, to + i);
        }
        copy(at, i, end, panel, to);
    }

    private void copy(long at, int before, int end, float[] panel, int to) {
        for (int i = before; i < end; i++) {
            panel[to + i] = input.get(Tensor.FLOAT32, (at + (long) i * shape.stride()) * Float.BYTES);
        }
    }
}
