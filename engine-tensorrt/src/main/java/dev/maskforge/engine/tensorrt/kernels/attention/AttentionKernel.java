package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Attention with an optional mask, scores and softmax included, in one kernel, or in two where blocks share the keys; float32
/// inside.
public final class AttentionKernel implements AutoCloseable {
    /// Copies go on while threads compute.
    public static final KernelDevices DEVICES = new KernelDevices("attention", Architecture.AMPERE, Optional.empty(),
            "compute capability 8.0 or newer (A100)");
    private static final double LOG2_E = 1 / Math.log(2);
    private static final int ALIGNMENT = 256;
    private static final int JOINING_THREADS = 256;
    private static final int WARP = 32;
    private static final int VECTOR_BYTES = 16;

    private final AttentionLayout layout;
    private final AttentionTile tile;
    private final KernelModule module;
    private final Kernel attention;
    private final Kernel join;

    private AttentionKernel(AttentionLayout layout, AttentionTile tile, KernelModule module) {
        this.layout = layout;
        this.tile = tile;
        this.module = module;
        this.attention = module.kernel("attention");
        this.join = module.kernel("join_attention");
    }

    /// Compiles the kernels for a layout, unless they have been, and loads them.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no compiler, the device is too old or it refuses
    public static AttentionKernel load(KernelLoader loader, AttentionLayout layout) {
        DEVICES.require(loader.driver().architecture());
        return load(loader, layout, AttentionTile.standard(layout));
    }

    static AttentionKernel load(KernelLoader loader, AttentionLayout layout, AttentionTile tile) {
        return loader.load(List.of(source(layout, tile)), modules -> new AttentionKernel(layout, tile, modules.getFirst()));
    }

    static KernelSource source(AttentionLayout layout, AttentionTile tile) {
        return KernelSource.of("attention.cu", "values.cuh")
                .with("VALUE", ValueTypes.name(layout.dataType(), "values"))
                .with("HEADS", layout.heads()).with("CHANNELS", layout.channels())
                .with("TILES", tile.tiles()).with("PARTS", tile.parts()).with("STEPS", tile.steps())
                .with("MASKED", layout.masked() ? 1 : 0).with("WIDE", layout.keys() % 16 == 0 ? 1 : 0)
                .with("SPLIT", tile.splits() > 1 ? 1 : 0);
    }

    /// What a run needs beside its inputs and outputs.
    public long workspaceBytes() {
        return tile.splits() == 1 ? 0 : sumBytes() + Math.multiplyExact(shares(), 2L * Float.BYTES);
    }

    /// Results of a query, a head and a share of the keys.
    private long shares() {
        return Math.multiplyExact(Math.multiplyExact((long) layout.pictures() * layout.heads(), tile.splits()), (long) layout.queries());
    }

    private long sumBytes() {
        long bytes = Math.multiplyExact(shares(), (long) layout.channels() * Float.BYTES);
        return Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
    }

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param query     `[N, L, C]` with the layout's strides
    /// @param key       `[N, S, C]`, likewise
    /// @param value     `[N, S, C]`, likewise
    /// @param blocked   bool `[N, L, S]`, if the layout is masked
    /// @param workspace of [#workspaceBytes()]
    /// @param output    `[N, L, C]`; not one of the inputs
    public void enqueue(long query, long key, long value, OptionalLong blocked, long workspace, long output, long stream) {
        ValueTypes.requireAligned(query, VECTOR_BYTES, "queries");
        ValueTypes.requireAligned(key, VECTOR_BYTES, "keys");
        ValueTypes.requireAligned(value, VECTOR_BYTES, "values");
        ValueTypes.requireAligned(output, layout.dataType().bytes(), "outputs");
        if (blocked.isPresent() != layout.masked()) {
            throw new IllegalArgumentException("the attention is " + (layout.masked() ? "masked" : "not masked"));
        }
        blocked.ifPresent(mask -> ValueTypes.requireAligned(mask, VECTOR_BYTES, "the mask"));
        if (tile.splits() > 1) {
            ValueTypes.requireAligned(workspace, ALIGNMENT, "the workspace");
        }
        long statistics = workspace + (tile.splits() == 1 ? 0 : sumBytes());
        attention.launch(geometry(layout, tile), stream, new KernelArguments().address(query).address(key).address(value)
                .address(blocked.orElse(0)).address(output).address(workspace).address(statistics)
                .int32(layout.queries()).int32(layout.keys())
                .int32(layout.strides().query()).int32(layout.strides().key()).int32(layout.strides().value())
                .int32(tile.splits()).int32(tile.chunks(layout)).float32((float) (LOG2_E / Math.sqrt(layout.channels()))));
        if (tile.splits() > 1) {
            long blocks = Math.ceilDiv((long) layout.queries() * layout.heads() * WARP, JOINING_THREADS);
            join.launch(LaunchGeometry.ofRow(blocks, layout.pictures(), JOINING_THREADS), stream, new KernelArguments().address(workspace)
                    .address(statistics).address(output).int32(layout.queries()).int32(tile.splits()));
        }
    }

    static LaunchGeometry geometry(AttentionLayout layout, AttentionTile tile) {
        int blocks = Math.multiplyExact(Math.ceilDiv(layout.fragments(), tile.tiles()), tile.splits());
        return new LaunchGeometry(blocks, layout.heads(), layout.pictures(), tile.threads(), 1);
    }

    @Override
    public void close() {
        module.close();
    }
}
