package dev.maskforge.cli.bench;

import dev.maskforge.LabelArrays;
import dev.maskforge.MaskforgeException;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelRows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// From an engine's tensors to label maps in heap arrays.
final class LabelTensors {
    private static final int MOST_CLASSES = 1 << Short.SIZE;
    private static final int MOST_BYTES = 1 << Byte.SIZE;

    private LabelTensors() {
    }

    /// One of a batch `[N, ...]`, as `[1, ...]` in the same memory.
    static Tensor part(Tensor batch, int place) {
        long bytes = batch.memory().byteSize() / batch.shape().get(0).size();
        return new Tensor(new TensorType(batch.dataType(), batch.shape().with(0, Dimension.ONE)),
                batch.memory().asSlice(place * bytes, bytes));
    }

    /// Of labels `[1, H, W]`.
    ///
    /// @param arrays for the map, if it is of bytes
    /// @throws IllegalStateException if a label is none from 0 to 65535
    static LabelMap map(Tensor labels, LabelArrays arrays, Workers workers) {
        int height = Math.toIntExact(labels.shape().get(-2).size());
        int width = Math.toIntExact(labels.shape().get(-1).size());
        byte[] bytes = arrays.take(Math.multiplyExact(height, width));
        if (labels.dataType() == DataType.UINT8) {
            new LabelRows(labels.memory(), 0, width, height, width).copyTo(bytes, MOST_BYTES, workers);
            return LabelMap.ofBytes(bytes, height, width);
        }
        MemorySegment memory = labels.memory();
        short[] shorts = new short[bytes.length];
        int largest = 0;
        for (int pixel = 0; pixel < bytes.length; pixel++) {
            long label = labels.dataType() == DataType.INT64 ? memory.get(Tensor.INT64, 8L * pixel) : memory.get(Tensor.INT32, 4L * pixel);
            if (label < 0 || label > 0xffff) {
                throw new IllegalStateException("the engine gives a label " + label + ", none from 0 to 65535");
            }
            largest = Math.max(largest, (int) label);
            bytes[pixel] = (byte) label;
            shorts[pixel] = (short) label;
        }
        return largest < 256 ? LabelMap.ofBytes(bytes, height, width) : LabelMap.ofShorts(shorts, height, width);
    }

    /// The first of the best classes of scores float32 `[1, K, H, W]`, plane by plane, as memory lies.
    ///
    /// @throws MaskforgeException if there are more classes than label maps hold
    static LabelMap best(Tensor scores) {
        int classes = Math.toIntExact(scores.shape().get(1).size());
        if (classes > MOST_CLASSES) {
            throw new MaskforgeException("the scores are of " + classes + " classes, and label maps hold " + MOST_CLASSES
                    + " at most; export the labels in place of the scores");
        }
        int height = Math.toIntExact(scores.shape().get(2).size());
        int width = Math.toIntExact(scores.shape().get(3).size());
        short[] labels = new short[height * width];
        float[] best = new float[width];
        float[] row = new float[width];
        for (int y = 0; y < height; y++) {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            for (int k = 0; k < classes; k++) {
                MemorySegment.copy(scores.memory(), Tensor.FLOAT32, 4L * width * ((long) k * height + y), row, 0, width);
                for (int x = 0; x < width; x++) {
                    if (row[x] > best[x]) {
                        best[x] = row[x];
                        labels[y * width + x] = (short) k;
                    }
                }
            }
        }
        if (classes > 256) {
            return LabelMap.ofShorts(labels, height, width);
        }
        byte[] bytes = new byte[labels.length];
        for (int pixel = 0; pixel < bytes.length; pixel++) {
            bytes[pixel] = (byte) labels[pixel];
        }
        return LabelMap.ofBytes(bytes, height, width);
    }
}
