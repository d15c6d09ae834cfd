package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Added;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel.Operands;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionProgram.Columns;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// Multi-scale deformable attention whose offsets and logits get their positions in the kernel.
public final class PositionedAttentionKernel implements GraphKernel {
    private final DeformableAttentionProgram program;
    private final DeformableAttentionKernel kernel;

    private PositionedAttentionKernel(DeformableAttentionProgram program, DeformableAttentionKernel kernel) {
        this.program = program;
        this.kernel = kernel;
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws dev.maskforge.engine.EngineException if it does not take these sizes, there is no compiler or the device refuses
    public static PositionedAttentionKernel load(KernelLoader loader, DeformableAttentionProgram program, Map<String, Long> sizes) {
        return new PositionedAttentionKernel(program, DeformableAttentionKernel.load(loader, layout(program, sizes)));
    }

    /// The layout of a program's operands.
    static DeformableAttentionLayout layout(DeformableAttentionProgram program, Map<String, Long> sizes) {
        Operation.DeformableAttention attention = program.attention();
        List<DeformableAttentionLayout.Level> levels = DeformableAttentionLayout.levels(attention, sizes);
        Columns value = program.value();
        int pictures = Math.toIntExact(value.type().shape().get(0).with(sizes).size());
        DeformableAttentionLayout.Tables tables = new DeformableAttentionLayout.Tables(table(program.offsets().table(), sizes),
                table(program.logits().table(), sizes));
        return new DeformableAttentionLayout(pictures, attention.heads(), Math.toIntExact(value.width()) / attention.heads(),
                attention.points(), levels, rows(value), rows(program.offsets().product()), rows(program.logits().product()),
                Optional.of(tables));
    }

    private static DeformableAttentionLayout.Table table(Columns columns, Map<String, Long> sizes) {
        Shape shape = columns.type().shape();
        return new DeformableAttentionLayout.Table(rows(columns),
                shape.rank() == 2 ? 1 : Math.toIntExact(shape.get(0).with(sizes).size()));
    }

    private static DeformableAttentionLayout.Rows rows(Columns columns) {
        return new DeformableAttentionLayout.Rows(columns.type().dataType(), Math.toIntExact(columns.type().shape().get(-1).size()));
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        Added added = new Added(place(addresses, program.offsets().table()), place(addresses, program.logits().table()));
        kernel.enqueue(new Operands(place(addresses, program.value()), place(addresses, program.offsets().product()),
                place(addresses, program.logits().product()), Optional.of(added)), addresses.applyAsLong(program.output()), stream);
    }

    private static long place(ToLongFunction<String> addresses, Columns columns) {
        return addresses.applyAsLong(columns.matrix()) + columns.start() * columns.type().dataType().bytes();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
