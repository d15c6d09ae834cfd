package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;

/// Multi-scale deformable attention in one kernel, softmax and sampling positions included; float32 inside.
public final class DeformableAttentionKernel implements AutoCloseable {
    private final DeformableAttentionLayout layout;
    private final DeformableAttentionTile tile;
    private final KernelModule module;
    private final Kernel kernel;

    private DeformableAttentionKernel(DeformableAttentionLayout layout, DeformableAttentionTile tile, KernelModule module) {
        this.layout = layout;
        this.tile = tile;
        this.module = module;
        this.kernel = module.kernel("deformable_attention");
    }

    /// Compiles the kernel for a layout, unless it has been, and loads it.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no compiler or the device refuses
    public static DeformableAttentionKernel load(KernelLoader loader, DeformableAttentionLayout layout) {
        return load(loader, layout, DeformableAttentionTile.standard(layout));
    }

    static DeformableAttentionKernel load(KernelLoader loader, DeformableAttentionLayout layout, DeformableAttentionTile tile) {
        return loader.load(List.of(source(layout, tile)), modules -> new DeformableAttentionKernel(layout, tile, modules.getFirst()));
    }

    static KernelSource source(DeformableAttentionLayout layout, DeformableAttentionTile tile) {
        return KernelSource.of("deformable_attention.cu", "values.cuh")
                .with("VALUE", ValueTypes.name(layout.value().dataType(), "values"))
                .with("QUERY", queryType(layout))
                .with("HEADS", layout.heads()).with("LEVELS", layout.levels().size()).with("POINTS", layout.points())
                .with("CHANNELS", layout.channels()).with("VECTOR", tile.channels()).with("LANES", tile.lanes())
                .with("TILE_HEIGHT", tile.height()).with("TILE_WIDTH", tile.width()).with("TILE_HEADS", tile.heads())
                .with("BLOCKS", tile.blocks());
    }

    private static String queryType(DeformableAttentionLayout layout) {
        String type = ValueTypes.name(layout.offsets().dataType(), "offsets");
        if (layout.offsets().dataType() != layout.logits().dataType()) {
            throw new IllegalArgumentException(
                    "offsets and logits are of one type, not " + layout.offsets().dataType() + " and " + layout.logits().dataType());
        }
        return type;
    }

    /// Puts one run into a stream. Addresses are the device's.
    ///
    /// @param value   `[N, S, heads·channels]` with the layout's strides
    /// @param offsets `[N, S, heads·levels·points·2]`
    /// @param logits  `[N, S, heads·levels·points]`
    /// @param output  `[N, S, heads·channels]`, of the values' type, without gaps; not one of the inputs
    public void enqueue(long value, long offsets, long logits, long output, long stream) {
        int vectorBytes = layout.vector() * layout.value().dataType().bytes();
        ValueTypes.requireAligned(value, vectorBytes, "values");
        ValueTypes.requireAligned(output, vectorBytes, "outputs");
        ValueTypes.requireAligned(offsets, 2 * layout.offsets().dataType().bytes(), "offsets");
        ValueTypes.requireAligned(logits, layout.logits().dataType().bytes(), "logits");
        kernel.launch(geometry(layout, tile), stream, arguments(value, offsets, logits, output));
    }

    static LaunchGeometry geometry(DeformableAttentionLayout layout, DeformableAttentionTile tile) {
        long tiles = layout.levels().stream().mapToLong(tile::tiles).sum();
        return LaunchGeometry.ofRow(tiles * Math.ceilDiv(layout.heads(), tile.heads()), layout.pictures(), tile.threads());
    }

    private KernelArguments arguments(long value, long offsets, long logits, long output) {
        List<DeformableAttentionLayout.Level> levels = layout.levels();
        KernelArguments arguments = new KernelArguments().address(value).address(offsets).address(logits).address(output)
                .int32(layout.tokens()).int32(layout.value().stride()).int32(layout.offsets().stride()).int32(layout.logits().stride());
        int token = 0;
        int first = 0;
        for (DeformableAttentionLayout.Level level : levels) {
            arguments.int32(level.height()).int32(level.width()).int32(token).int32(first);
            token += level.tokens();
            first += tile.tiles(level);
        }
        for (DeformableAttentionLayout.Level own : levels) {
            levels.forEach(level -> arguments.float32((float) ((double) level.width() / own.width())));
        }
        for (DeformableAttentionLayout.Level own : levels) {
            levels.forEach(level -> arguments.float32((float) ((double) level.height() / own.height())));
        }
        return arguments;
    }

    @Override
    public void close() {
        module.close();
    }
}
