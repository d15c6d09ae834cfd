package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;

/// `head.cu` in one of its forms: class probabilities, then scores or labels.
final class SemanticInferenceProgram implements LabelProgram {
    private static final int QUAD = 4;
    private static final int THREADS_ACROSS = 32;
    private static final int THREADS_DOWN = 4;
    private static final int ROWS_OF_PROBABILITIES = 4;

    private final HeadLayout layout;
    private final Form form;
    private final Tuning tuning;
    private final KernelModule module;
    private final Kernel probabilities;
    private final Kernel inference;

    private SemanticInferenceProgram(HeadLayout layout, Form form, Tuning tuning, KernelModule module) {
        this.layout = layout;
        this.form = form;
        this.tuning = tuning;
        this.module = module;
        this.probabilities = module.kernel("class_probabilities");
        this.inference = module.kernel("semantic_inference");
    }

    static SemanticInferenceProgram of(HeadLayout layout, Form form, Tuning tuning, KernelModule module) {
        return new SemanticInferenceProgram(layout, form, tuning, module);
    }

    /// What is written, and where.
    enum Form {
        /// Labels at the network's size.
        LABELS,
        /// Labels at pictures' sizes, from masks that are cropped and resized once more.
        PICTURE_LABELS,
        /// Scores at the network's size.
        SCORES
    }

    /// What fits the kernel to a GPU rather than to a network.
    ///
    /// @param pixels that one thread has; four where they share their mask columns
    /// @param blocks that a multiprocessor should have room for, which bounds the registers of a thread
    /// @param unroll queries whose instructions are mixed
    record Tuning(int pixels, int blocks, int unroll) {
        /// The fastest that were found (docs/cuda-kernels.md) of those that keep everything in registers.
        static Tuning standard(Form form) {
            return form == Form.PICTURE_LABELS ? new Tuning(2, 4, 1) : new Tuning(QUAD, 4, 2);
        }
    }

    static KernelSource source(HeadLayout layout, Form form, Tuning tuning) {
        return KernelSource.of("head.cu", "values.cuh", "resize.cuh")
                .with("MASK", ValueTypes.name(layout.dataType(), "logits"))
                .with("LABEL", layout.labelName()).with("CLASSES", layout.classes()).with("CHUNK", layout.chunk())
                .with("TAPS", form == Form.PICTURE_LABELS ? 3 : 2).with("QUADS", isInQuads(layout, form) ? 1 : 0)
                .with("SCORES", form == Form.SCORES ? 1 : 0)
                .with("PIXELS", tuning.pixels()).with("BLOCKS", tuning.blocks()).with("UNROLL", tuning.unroll());
    }

    /// Four neighbouring pixels of an output lie between the same mask columns.
    private static boolean isInQuads(HeadLayout layout, Form form) {
        return form != Form.PICTURE_LABELS && layout.network().width() == QUAD * layout.mask().width();
    }

    static LaunchGeometry geometry(HeadLayout layout, Form form, int pixels, HeadLayout.Size output) {
        int across = isInQuads(layout, form)
                ? Math.ceilDiv(layout.mask().width() + 1, THREADS_ACROSS)
                : Math.ceilDiv(output.width(), pixels * THREADS_ACROSS);
        return new LaunchGeometry(across, Math.ceilDiv(output.height(), THREADS_DOWN), layout.pictures(), THREADS_ACROSS, THREADS_DOWN);
    }

    /// @param sizes         0 unless the form is of pictures
    /// @param probabilities where they are put in between
    /// @param target        size of each output map
    void enqueue(HeadLogits logits, long sizes, long probabilities, long output, HeadLayout.Size target, long stream) {
        logits.requireAligned(layout);
        ValueTypes.requireAligned(probabilities, 16, "class probabilities");
        ValueTypes.requireAligned(output, form == Form.SCORES ? Float.BYTES : layout.labelType().bytes(), "outputs");
        int rows = Math.multiplyExact(layout.pictures(), layout.queries());
        this.probabilities.launch(
                LaunchGeometry.ofRow(Math.ceilDiv(rows, ROWS_OF_PROBABILITIES), 1, THREADS_ACROSS * ROWS_OF_PROBABILITIES),
                stream, new KernelArguments().address(logits.classes()).address(probabilities).int32(rows));
        KernelArguments arguments = new KernelArguments().address(logits.masks()).address(probabilities).address(sizes).address(output)
                .int32(layout.queries()).int32(layout.mask().height()).int32(layout.mask().width())
                .int32(layout.network().height()).int32(layout.network().width()).int32(target.height()).int32(target.width());
        inference.launch(geometry(layout, form, tuning.pixels(), target), stream, arguments);
    }

    @Override
    public long workspaceBytes() {
        return layout.probabilityBytes();
    }

    /// Labels at the network's size.
    @Override
    public void enqueue(HeadLogits logits, long workspace, long labels, long stream) {
        enqueue(logits, 0, workspace, labels, layout.network(), stream);
    }

    HeadLayout layout() {
        return layout;
    }

    @Override
    public void close() {
        module.close();
    }
}
