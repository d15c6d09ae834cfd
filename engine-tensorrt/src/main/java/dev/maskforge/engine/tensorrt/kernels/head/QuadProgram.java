package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;

/// `head_quads.cu`: labels of masks that become four times as high and wide, by matrix units.
final class QuadProgram implements LabelProgram {
    private static final int FACTOR = 4;
    private static final int WARP = 32;
    private static final int WARPS = 4;
    private static final int QUADS_OF_WARP = 8;
    /// What the matrix units take at once.
    private static final int CLASSES_OF_TILE = 8;
    private static final int QUERIES_OF_STEP = 16;
    private static final int MOST_TILES = 3;
    /// Of a lane in a step: high and low parts of four factors, in float16.
    private static final int FACTOR_BYTES = 16;
    /// Below as many rows there are too few warps for the device if each has several.
    private static final int FEW_PIXELS = 1 << 19;

    private final HeadLayout layout;
    private final Tuning tuning;
    private final KernelModule module;
    private final Kernel probabilities;
    private final Kernel labels;

    QuadProgram(HeadLayout layout, Tuning tuning, KernelModule module) {
        this.layout = layout;
        this.tuning = tuning;
        this.module = module;
        this.probabilities = module.kernel("class_probabilities");
        this.labels = module.kernel("semantic_labels");
    }

    /// What fits the kernel to a GPU rather than to a network.
    ///
    /// @param rows   of an output that one warp has: 1, 2 or 4
    /// @param blocks that a multiprocessor should have room for, which bounds the registers of a thread
    record Tuning(int rows, int blocks) {
        /// The fastest that were found (docs/cuda-kernels.md).
        static Tuning standard(HeadLayout layout) {
            long pixels = (long) layout.pictures() * layout.network().height() * layout.network().width();
            return pixels < FEW_PIXELS ? new Tuning(1, 5) : new Tuning(2, 4);
        }
    }

    /// Whether masks become four times as high and wide, on a device whose matrix units take 16 float16 at once.
    static boolean takes(HeadLayout layout, Architecture architecture) {
        return architecture.isAtLeast(Architecture.AMPERE) && layout.network().height() == FACTOR * layout.mask().height()
                && layout.network().width() == FACTOR * layout.mask().width();
    }

    static KernelSource source(HeadLayout layout, Tuning tuning) {
        return KernelSource.of("head_quads.cu", "values.cuh").with("MASK", ValueTypes.name(layout.dataType(), "logits"))
                .with("LABEL", layout.labelName()).with("CLASSES", layout.classes()).with("TILES", tiles(layout))
                .with("ROWS", tuning.rows()).with("BLOCKS", tuning.blocks());
    }

    /// Tiles of classes in one walk through the queries: as few walks as can be, and as equal.
    static int tiles(HeadLayout layout) {
        int all = Math.ceilDiv(layout.classes(), CLASSES_OF_TILE);
        return Math.ceilDiv(all, Math.ceilDiv(all, MOST_TILES));
    }

    static LaunchGeometry geometry(HeadLayout layout, Tuning tuning) {
        // The first quad begins left of the picture; four rows begin above it.
        int across = Math.ceilDiv(layout.mask().width() + 1, QUADS_OF_WARP);
        int groups = layout.network().height() / tuning.rows() + (tuning.rows() == FACTOR ? 1 : 0);
        return new LaunchGeometry(across, Math.ceilDiv(groups, WARPS), layout.pictures(), WARP, WARPS);
    }

    private int steps() {
        return Math.ceilDiv(layout.queries(), QUERIES_OF_STEP);
    }

    @Override
    public long workspaceBytes() {
        int tiles = tiles(layout);
        int walks = Math.ceilDiv(layout.classes(), CLASSES_OF_TILE * tiles);
        return Math.multiplyExact((long) layout.pictures() * steps(), (long) walks * tiles * WARP * FACTOR_BYTES);
    }

    @Override
    public void enqueue(HeadLogits logits, long workspace, long output, long stream) {
        logits.requireAligned(layout);
        ValueTypes.requireAligned(workspace, FACTOR_BYTES, "workspaces");
        ValueTypes.requireAligned(output, layout.labelType().bytes(), "labels");
        probabilities.launch(new LaunchGeometry(steps(), layout.pictures(), 1, WARP * QUERIES_OF_STEP, 1), stream,
                new KernelArguments().address(logits.classes()).address(workspace).int32(layout.queries()));
        labels.launch(geometry(layout, tuning), stream, new KernelArguments().address(logits.masks()).address(workspace).address(output)
                .int32(layout.queries()).int32(layout.mask().height()).int32(layout.mask().width()));
    }

    @Override
    public void close() {
        module.close();
    }
}
