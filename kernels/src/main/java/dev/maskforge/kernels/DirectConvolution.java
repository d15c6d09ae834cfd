package dev.maskforge.kernels;

import dev.maskforge.graph.Tensor;

/// A convolution of any kernel as a product of its weights and of what each result is of: panel after panel of neighbouring
/// results, so that no matrix of patches is ever whole in memory.
final class DirectConvolution implements Kernel {
    /// Floats of a block's panels: what the second cache holds beside the weights of a group.
    private static final int BLOCK = 1 << 16;
    private static final int MOST_PANELS = 8;
    private static final int COLUMNS = VectorProduct.COLUMNS;
    /// What filling panels takes, in products of a group of filters: less than one, since a product reads what is filled and
    /// multiplies it 16 times.
    private static final int PREPARATION = 1;

    private final ConvolutionShape shape;
    private final PatchPanels patches;
    private final float[] weights;
    private final ConvolutionOutput output;
    private final int groups;
    private final int panels;
    private final Scratch scratch;
    private final Slots<Worker> workers;

    /// @param weights as [ConvolutionWeights#direct()] has them
    DirectConvolution(ConvolutionShape shape, Tensor input, float[] weights, ConvolutionOutput output, Scratch scratch) {
        this.shape = shape;
        this.patches = new PatchPanels(shape, input.memory());
        this.weights = weights;
        this.output = output;
        this.groups = ConvolutionWeights.groups(shape.filters());
        int wanted = Math.clamp(BLOCK / ((long) shape.depth() * COLUMNS), 1, MOST_PANELS);
        int all = Math.ceilDiv(shape.outputPixels(), COLUMNS);
        this.panels = Math.ceilDiv(all, Math.ceilDiv(all, wanted));
        this.scratch = scratch;
        this.workers = new Slots<>(Worker::new);
    }

    @Override
    public void run(Workers threads) {
        int blocks = Math.ceilDiv(shape.outputPixels(), panels * COLUMNS);
        ConvolutionWork work = ConvolutionWork.of(shape.pictures() * blocks, groups, PREPARATION, threads.threads());
        workers.restart();
        Slots<Scratch.Panels> memory = scratch.panels();
        threads.forEachBand(work.units(), 1, () -> {
            Worker worker = workers.take().with(memory.take());
            return (from, to) -> {
                for (int unit = from; unit < to; unit++) {
                    int block = work.block(unit);
                    worker.convolve(block / blocks, block % blocks * panels * COLUMNS, work.firstGroup(unit), work.endGroup(unit));
                }
            };
        });
    }

    /// One thread's.
    private final class Worker {
        private final int panelSize = shape.depth() * COLUMNS;
        /// `[panels][depth][COLUMNS]`
        private float[] block = {};
        private final float[] sums = new float[VectorProduct.ROWS * COLUMNS];

        Worker with(Scratch.Panels memory) {
            block = memory.factors(panels * panelSize);
            return this;
        }

        void convolve(int picture, int firstPixel, int firstGroup, int endGroup) {
            int pixels = Math.min(panels * COLUMNS, shape.outputPixels() - firstPixel);
            for (int pixel = 0; pixel < pixels; pixel += COLUMNS) {
                patches.fill(picture, firstPixel + pixel, Math.min(COLUMNS, pixels - pixel), block, pixel / COLUMNS * panelSize);
            }
            int groupSize = shape.depth() * VectorProduct.ROWS;
            for (int group = firstGroup; group < endGroup; group++) {
                for (int pixel = 0; pixel < pixels; pixel += COLUMNS) {
                    VectorProduct.multiply(weights, group * groupSize, block, pixel / COLUMNS * panelSize, shape.depth(), sums, 0, COLUMNS);
                    store(picture, group * VectorProduct.ROWS, firstPixel + pixel, Math.min(COLUMNS, pixels - pixel));
                }
            }
        }

        private void store(int picture, int firstFilter, int pixel, int count) {
            int filters = Math.min(VectorProduct.ROWS, shape.filters() - firstFilter);
            long first = ((long) picture * shape.filters() + firstFilter) * shape.outputPixels() + pixel;
            for (int filter = 0; filter < filters; filter++) {
                output.write(sums, filter * COLUMNS, count, firstFilter + filter, first + (long) filter * shape.outputPixels());
            }
        }
    }
}
