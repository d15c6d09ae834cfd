package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A 3x3 convolution of stride 1 by [minimal filtering][WinogradTransform]: a quarter of the products. Panel after panel of
/// tiles is transformed, multiplied at each of the 36 points, and transformed back, all in memory that a core's cache holds.
///
/// What is not a number, or infinite, spreads to all results of the tiles that it lies in.
final class WinogradConvolution implements Kernel {
    /// So many that their products of all points stay in the second cache.
    private static final int GROUPS_AT_ONCE = 8;
    /// What a panel's transform takes, in products of a group of filters: measured 2 to 3.
    private static final int PREPARATION = 3;

    private final ConvolutionShape shape;
    private final MemorySegment input;
    private final float[] weights;
    private final ConvolutionOutput output;
    private final TilePanels tiles;
    private final int groups;
    private final Scratch scratch;
    private final Slots<Worker> workers;

    /// Whether it is faster than [DirectConvolution]: it reads four times as many weights, which takes as long for a few tiles
    /// as for a panel of them.
    static boolean pays(ConvolutionShape shape) {
        return shape.hasTiles() && rowsOfTiles(shape) * columnsOfTiles(shape) >= VectorProduct.COLUMNS / 2;
    }

    private static int rowsOfTiles(ConvolutionShape shape) {
        return Math.ceilDiv(shape.outputHeight(), WinogradTransform.STEP);
    }

    private static int columnsOfTiles(ConvolutionShape shape) {
        return Math.ceilDiv(shape.outputWidth(), WinogradTransform.STEP);
    }

    /// @param weights as [ConvolutionWeights#tiles()] has them
    WinogradConvolution(ConvolutionShape shape, Tensor input, float[] weights, ConvolutionOutput output, Scratch scratch) {
        this.shape = shape;
        this.input = input.memory();
        this.weights = weights;
        this.output = output;
        this.tiles = TilePanels.of(rowsOfTiles(shape), columnsOfTiles(shape));
        this.groups = ConvolutionWeights.groups(shape.filters());
        this.scratch = scratch;
        this.workers = new Slots<>(Worker::new);
    }

    @Override
    public void run(Workers threads) {
        ConvolutionWork work = ConvolutionWork.of(shape.pictures() * tiles.count(), groups, PREPARATION, threads.threads());
        workers.restart();
        Slots<Scratch.Panels> panels = scratch.panels();
        threads.forEachBand(work.units(), 1, () -> {
            Worker worker = workers.take().with(panels.take());
            return (from, to) -> {
                for (int unit = from; unit < to; unit++) {
                    int block = work.block(unit);
                    worker.convolve(block / tiles.count(), tiles.panel(block % tiles.count()), work.firstGroup(unit),
                            work.endGroup(unit));
                }
            };
        });
    }

    /// One thread's.
    private final class Worker {
        private static final int COLUMNS = VectorProduct.COLUMNS;

        private final WinogradTransform.Rows rows = new WinogradTransform.Rows();
        /// From point to point; not a multiple of the caches' period.
        private final int inputStride = shape.channels() * COLUMNS + VectorProduct.LENGTH;
        /// `[36][C][COLUMNS]`
        private float[] transformed = {};
        private final int productStride = GROUPS_AT_ONCE * VectorProduct.ROWS * COLUMNS + VectorProduct.LENGTH;
        /// `[36][GROUPS_AT_ONCE·ROWS][COLUMNS]`
        private float[] products = {};

        Worker with(Scratch.Panels memory) {
            transformed = memory.factors(WinogradTransform.POINTS * inputStride + COLUMNS);
            products = memory.products(WinogradTransform.POINTS * productStride + COLUMNS);
            return this;
        }

        void convolve(int picture, TilePanels.Panel panel, int firstGroup, int endGroup) {
            rows.clear();
            for (int channel = 0; channel < shape.channels(); channel++) {
                for (int row = 0; row < panel.rows(); row++) {
                    load(picture, channel, panel, row);
                    rows.transform(panel.columns(), transformed, channel * COLUMNS + row * panel.columns(), inputStride);
                }
            }
            for (int group = firstGroup; group < endGroup; group += GROUPS_AT_ONCE) {
                int end = Math.min(endGroup, group + GROUPS_AT_ONCE);
                multiply(group, end);
                int endFilter = Math.min(shape.filters(), end * VectorProduct.ROWS);
                for (int filter = group * VectorProduct.ROWS; filter < endFilter; filter++) {
                    store(picture, filter, panel, (filter - group * VectorProduct.ROWS) * COLUMNS);
                }
            }
        }

        /// The six rows of pixels of a row of tiles; what lies outside of the picture is 0.
        private void load(int picture, int channel, TilePanels.Panel panel, int row) {
            int left = WinogradTransform.STEP * panel.firstColumn() - shape.padding();
            int top = WinogradTransform.STEP * (panel.firstRow() + row) - shape.padding();
            int firstX = Math.max(0, left);
            int count = Math.min(shape.width(), left + WinogradTransform.STEP * panel.columns() + 2) - firstX;
            if (count <= 0) {
                // Padding alone; the pixels' rows hold nothing else either.
                return;
            }
            long plane = ((long) picture * shape.channels() + channel) * shape.pixels();
            for (int i = 0; i < WinogradTransform.TILE; i++) {
                int y = top + i;
                int target = WinogradTransform.Rows.pixels(i) + firstX - left;
                if (y >= 0 && y < shape.height()) {
                    MemorySegment.copy(input, Tensor.FLOAT32, (plane + (long) y * shape.width() + firstX) * Float.BYTES, rows.memory,
                            target,
                            count);
                } else {
                    Arrays.fill(rows.memory, target, target + count, 0);
                }
            }
        }

        private void multiply(int firstGroup, int endGroup) {
            int groupSize = shape.channels() * VectorProduct.ROWS;
            for (int point = 0; point < WinogradTransform.POINTS; point++) {
                int product = point * productStride;
                for (int group = firstGroup; group < endGroup; group++) {
                    VectorProduct.multiply(weights, (point * groups + group) * groupSize, transformed, point * inputStride,
                            shape.channels(),
                            products, product, COLUMNS);
                    product += VectorProduct.ROWS * COLUMNS;
                }
            }
        }

        private void store(int picture, int filter, TilePanels.Panel panel, int from) {
            int left = WinogradTransform.STEP * panel.firstColumn();
            int count = Math.min(WinogradTransform.STEP * panel.columns(), shape.outputWidth() - left);
            long plane = ((long) picture * shape.filters() + filter) * shape.outputPixels();
            for (int row = 0; row < panel.rows(); row++) {
                rows.inverse(panel.columns(), products, from + row * panel.columns(), productStride);
                int top = WinogradTransform.STEP * (panel.firstRow() + row);
                int height = Math.min(WinogradTransform.STEP, shape.outputHeight() - top);
                for (int i = 0; i < height; i++) {
                    output.write(rows.memory, WinogradTransform.Rows.results(i), count, filter,
                            plane + (long) (top + i) * shape.outputWidth() + left);
                }
            }
        }
    }
}
