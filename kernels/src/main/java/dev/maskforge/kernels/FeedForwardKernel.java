package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/// A feed-forward network, block after block of tokens: what is hidden of a block stays in a core's cache.
final class FeedForwardKernel implements Kernel {
    /// So many that the weights, read once for each block, come fast enough.
    private static final int TOKENS = 64;
    private static final int ROWS = VectorProduct.ROWS;
    private static final int COLUMNS = VectorProduct.COLUMNS;
    private static final int LENGTH = VectorProduct.LENGTH;

    /// @param constants by input; all but the first are among them
    static Kernels.Prepared prepare(List<Optional<Tensor>> constants) {
        List<Tensor> layers = constants.stream().skip(1)
                .map(constant -> constant.orElseThrow(() -> new IllegalArgumentException("weights and biases are not constant"))).toList();
        Layers made = new Layers(layers.get(0), layers.get(1), layers.get(2), layers.get(3));
        return (_, inputs, output, scratch) -> new FeedForwardKernel(made, inputs.getFirst(), output, scratch);
    }

    /// The constants, made once.
    private static final class Layers {
        private final MatrixPanels inner;
        private final float[] innerBias;
        private final MatrixPanels outer;
        private final float[] outerBias;

        Layers(Tensor inner, Tensor innerBias, Tensor outer, Tensor outerBias) {
            this.inner = new MatrixPanels(inner);
            this.innerBias = this.inner.padded(innerBias);
            this.outer = new MatrixPanels(outer);
            this.outerBias = this.outer.padded(outerBias);
        }
    }

    private final Layers layers;
    private final MemorySegment input;
    private final MemorySegment output;
    private final int tokens;
    private final Scratch scratch;
    private final Slots<Worker> workers;

    private FeedForwardKernel(Layers layers, Tensor input, Tensor output, Scratch scratch) {
        this.layers = layers;
        this.input = input.memory();
        this.output = output.memory();
        this.tokens = Math.toIntExact(input.shape().elementCount() / layers.inner.depth());
        this.scratch = scratch;
        this.workers = new Slots<>(Worker::new);
        Math.multiplyExact(TOKENS, Math.max(layers.inner.depth(), layers.outer.depth()));
    }

    @Override
    public void run(Workers threads) {
        workers.restart();
        Slots<Scratch.Panels> memory = scratch.panels();
        int groups = Math.clamp(Math.ceilDiv(tokens, threads.threads() * ROWS), 1, TOKENS / ROWS);
        threads.forEachBand(tokens, groups * ROWS, () -> workers.take().with(memory.take())::compute);
    }

    /// One thread's.
    private final class Worker {
        private final int width = layers.inner.depth();
        private final int hiddenWidth = layers.outer.depth();
        /// `[TOKENS][C]`
        private float[] x = {};
        /// `[TOKENS][H]`
        private float[] hidden = {};
        private final float[] sums = new float[ROWS * COLUMNS];

        Worker with(Scratch.Panels memory) {
            x = memory.factors(TOKENS * width);
            hidden = memory.products(TOKENS * hiddenWidth);
            return this;
        }

        void compute(int from, int to) {
            int count = to - from;
            MemorySegment.copy(input, Tensor.FLOAT32, (long) from * width * Float.BYTES, x, 0, count * width);
            for (int column = 0; column < hiddenWidth; column += COLUMNS) {
                for (int row = 0; row < count; row += ROWS) {
                    layers.inner.multiply(x, row * width, column, sums, 0, COLUMNS);
                    activate(row, column);
                }
            }
            for (int column = 0; column < layers.outer.columns(); column += COLUMNS) {
                for (int row = 0; row < count; row += ROWS) {
                    layers.outer.multiply(hidden, row * hiddenWidth, column, sums, 0, COLUMNS);
                    write(from + row, Math.min(ROWS, count - row), column);
                }
            }
        }

        private void activate(int firstRow, int column) {
            int count = Math.min(COLUMNS, hiddenWidth - column);
            for (int row = 0; row < ROWS; row++) {
                int to = (firstRow + row) * hiddenWidth + column;
                int i = 0;
                for (; i <= count - LENGTH; i += LENGTH) {
                    sum(row, i, layers.innerBias, column).max(0).intoArray(hidden, to + i);
                }
                for (; i < count; i++) {
                    hidden[to + i] = Math.max(0, sums[row * COLUMNS + i] + layers.innerBias[column + i]);
                }
            }
        }

        private void write(int firstToken, int rows, int column) {
            int columns = layers.outer.columns();
            int count = Math.min(COLUMNS, columns - column);
            for (int row = 0; row < rows; row++) {
                int i = 0;
                for (; i <= COLUMNS - LENGTH; i += LENGTH) {
                    sum(row, i, layers.outerBias, column).intoArray(sums, row * COLUMNS + i);
                }
                MemorySegment.copy(sums, row * COLUMNS, output, Tensor.FLOAT32,
                        ((long) (firstToken + row) * columns + column) * Float.BYTES, count);
            }
        }

        private FloatVector sum(int row, int i, float[] bias, int column) {
            return FloatVector.fromArray(VectorProduct.FLOATS, sums, row * COLUMNS + i)
                    .add(FloatVector.fromArray(VectorProduct.FLOATS, bias, column + i));
        }
    }
}
