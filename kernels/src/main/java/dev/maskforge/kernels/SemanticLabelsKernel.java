package dev.maskforge.kernels;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// [dev.maskforge.graph.Operation.SemanticLabels], row after row: nothing of `[Q, H, W]` or `[K, H, W]` is ever whole in
/// memory. A score that is not a number never wins.
final class SemanticLabelsKernel implements Kernel {
    /// Enough rows that the two which a band computes anew at its border do not matter.
    private static final int BAND_ROWS = 32;

    private final Kernels kernels;
    private final Tensor classLogits;
    private final MemorySegment maskLogits;
    private final Tensor labels;
    private final int pictures;
    private final int queries;
    private final int classes;
    private final int height;
    private final int width;
    private final NetworkMaskRows.Frame frame;
    private final Softmax softmax;
    private final float[] probabilities;
    /// By picture.
    private final float[][] weights;
    private final int weightStride;
    private final Slots<Head> heads;

    /// @param inputs class logits and mask logits
    /// @param labels uint8 or int32 `[N, H, W]`
    SemanticLabelsKernel(Kernels kernels, List<Tensor> inputs, Tensor labels) {
        this.kernels = kernels;
        this.classLogits = inputs.get(0);
        this.maskLogits = inputs.get(1).memory();
        this.labels = labels;
        this.pictures = size(labels, 0);
        this.height = size(labels, 1);
        this.width = size(labels, 2);
        this.queries = size(classLogits, 1);
        this.classes = size(classLogits, 2) - 1;
        this.frame = new NetworkMaskRows.Frame(size(inputs.get(1), 2), size(inputs.get(1), 3), height, width, height, width);
        this.softmax = new Softmax(classes + 1);
        this.probabilities = new float[queries * (classes + 1)];
        this.weights = new float[pictures][];
        this.weightStride = ClassScores.weightStride(kernels, queries);
        Arrays.setAll(weights, _ -> ClassScores.weights(kernels, probabilities, queries, classes));
        this.heads = new Slots<>(Head::new);
        Math.multiplyExact(Math.multiplyExact(pictures, height), width);
    }

    private static int size(Tensor tensor, int axis) {
        return Math.toIntExact(tensor.shape().get(axis).size());
    }

    @Override
    public void run(Workers workers) {
        for (int picture = 0; picture < pictures; picture++) {
            softmax.rows(slice(classLogits.memory(), picture), queries, probabilities);
            ClassScores.fillWeights(probabilities, queries, classes, weights[picture], weightStride);
        }
        for (int picture = 0; picture < pictures; picture++) {
            int number = picture;
            heads.restart();
            workers.forEachBand(height, BAND_ROWS, () -> heads.take().begin(number));
        }
    }

    private MemorySegment slice(MemorySegment memory, int picture) {
        long bytes = memory.byteSize() / pictures;
        return memory.asSlice(picture * bytes, bytes);
    }

    /// One worker's.
    private final class Head implements Workers.Band {
        private final NetworkMaskRows masks;
        private final float[] ownWeights = weights[0].clone();
        private final ClassScores scores;
        private final float[][] row;
        private final float[] highest;
        private final int[] best;
        private int picture;

        Head() {
            this.masks = new NetworkMaskRows(slice(maskLogits, 0), IntStream.range(0, queries).toArray(), frame);
            this.scores = new ClassScores(kernels, masks, classes, ownWeights);
            this.row = new float[classes][scores.rowLength()];
            this.highest = new float[scores.rowLength()];
            this.best = new int[scores.rowLength()];
        }

        Head begin(int number) {
            picture = number;
            masks.restart(slice(maskLogits, number));
            System.arraycopy(weights[number], 0, ownWeights, 0, ownWeights.length);
            return this;
        }

        @Override
        public void rows(int from, int to) {
            for (int y = from; y < to; y++) {
                scores.row(y, row);
                scores.bestOf(row, highest, best);
                write(((long) picture * height + y) * width);
            }
        }

        private void write(long first) {
            int[] columns = scores.columns();
            if (labels.dataType() == DataType.UINT8) {
                for (int x = 0; x < width; x++) {
                    labels.memory().set(ValueLayout.JAVA_BYTE, first + x, (byte) best[columns[x]]);
                }
            } else {
                for (int x = 0; x < width; x++) {
                    labels.memory().set(Tensor.INT32, (first + x) * Integer.BYTES, best[columns[x]]);
                }
            }
        }
    }
}
