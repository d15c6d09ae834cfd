package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;
import java.util.Optional;

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
                .with("QUERY", queryType(layout)).with("TABLES", layout.tables().isPresent() ? 1 : 0)
                .with("TABLE", layout.tables().map(tables -> ValueTypes.name(tables.dataType(), "tables")).orElse("float"))
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

    /// What a run reads. Addresses are the device's.
    ///
    /// @param value   `[N, S, heads·channels]` with the layout's strides
    /// @param offsets `[N, S, heads·levels·points·2]`
    /// @param logits  `[N, S, heads·levels·points]`
    /// @param tables  what is added to them, if the layout says that there is something
    public record Operands(long value, long offsets, long logits, Optional<Added> tables) {}

    /// What is added, `[1 or N, S, ...]`. Addresses are the device's.
    public record Added(long offsets, long logits) {}

    /// Puts one run into a stream, where nothing is added; as the other, with its operands.
    public void enqueue(long value, long offsets, long logits, long output, long stream) {
        enqueue(new Operands(value, offsets, logits, Optional.empty()), output, stream);
    }

    /// Puts one run into a stream.
    ///
    /// @param output `[N, S, heads·channels]`, of the values' type, without gaps; not one of the inputs
    /// @throws IllegalArgumentException if there are tables and the layout has none, or the other way round
    public void enqueue(Operands operands, long output, long stream) {
        int vectorBytes = layout.vector() * layout.value().dataType().bytes();
        ValueTypes.requireAligned(operands.value(), vectorBytes, "values");
        ValueTypes.requireAligned(output, vectorBytes, "outputs");
        ValueTypes.requireAligned(operands.offsets(), 2 * layout.offsets().dataType().bytes(), "offsets");
        ValueTypes.requireAligned(operands.logits(), layout.logits().dataType().bytes(), "logits");
        if (operands.tables().isPresent() != layout.tables().isPresent()) {
            throw new IllegalArgumentException("the kernel adds " + (layout.tables().isPresent() ? "" : "no ")
                    + "tables to offsets and logits, and is given " + operands.tables());
        }
        operands.tables().ifPresent(added -> layout.tables().ifPresent(tables -> {
            ValueTypes.requireAligned(added.offsets(), 2 * tables.dataType().bytes(), "a table of offsets");
            ValueTypes.requireAligned(added.logits(), tables.dataType().bytes(), "a table of logits");
        }));
        kernel.launch(geometry(layout, tile), stream, arguments(operands, output));
    }

    static LaunchGeometry geometry(DeformableAttentionLayout layout, DeformableAttentionTile tile) {
        long tiles = layout.levels().stream().mapToLong(tile::tiles).sum();
        return LaunchGeometry.ofRow(tiles * Math.ceilDiv(layout.heads(), tile.heads()), layout.pictures(), tile.threads());
    }

    /// The file's `Arguments`.
    private KernelArguments arguments(Operands operands, long output) {
        List<DeformableAttentionLayout.Level> levels = layout.levels();
        Optional<Added> added = operands.tables();
        Optional<DeformableAttentionLayout.Table> offsetsTable = layout.tables().map(DeformableAttentionLayout.Tables::offsets);
        Optional<DeformableAttentionLayout.Table> logitsTable = layout.tables().map(DeformableAttentionLayout.Tables::logits);
        KernelArguments arguments = new KernelArguments().address(operands.value()).address(operands.offsets()).address(operands.logits())
                .address(output).address(added.map(Added::offsets).orElse(0L)).address(added.map(Added::logits).orElse(0L))
                .int32(layout.tokens()).int32(layout.value().stride()).int32(layout.offsets().stride()).int32(layout.logits().stride())
                .int32(stride(offsetsTable)).int32(stride(logitsTable)).int32(tokens(offsetsTable)).int32(tokens(logitsTable));
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

    private static int stride(Optional<DeformableAttentionLayout.Table> table) {
        return table.map(each -> each.rows().stride()).orElse(0);
    }

    /// From one picture's to the next one's.
    private int tokens(Optional<DeformableAttentionLayout.Table> table) {
        return table.filter(each -> each.pictures() > 1).map(_ -> layout.tokens()).orElse(0);
    }

    @Override
    public void close() {
        module.close();
    }
}
