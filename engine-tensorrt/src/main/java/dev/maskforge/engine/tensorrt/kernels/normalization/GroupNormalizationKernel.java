package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationLayout.Size;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram.MapOperand;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// Group normalisation of a map whose channels are last in memory, and what a feature pyramid adds to it: a launch that sums up, and one
/// that does the rest.
public final class GroupNormalizationKernel implements GraphKernel {
    private static final int VECTOR_BYTES = 16;
    private static final int ALIGNMENT = 256;

    private final GroupNormalizationProgram program;
    private final GroupNormalizationLayout layout;
    private final KernelModule module;
    private final Kernel moments;
    private final Kernel normalization;

    private GroupNormalizationKernel(GroupNormalizationProgram program, GroupNormalizationLayout layout, KernelModule module) {
        this.program = program;
        this.layout = layout;
        this.module = module;
        this.moments = module.kernel("moments");
        this.normalization = module.kernel("group_normalization");
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws dev.maskforge.engine.EngineException if it does not take these sizes, there is no compiler or the device refuses
    public static GroupNormalizationKernel load(KernelLoader loader, GroupNormalizationProgram program, Map<String, Long> sizes) {
        GroupNormalizationLayout layout = GroupNormalizationLayout.of(program, sizes);
        return loader.load(List.of(layout.source()), modules -> new GroupNormalizationKernel(program, layout, modules.getFirst()));
    }

    /// What a run needs beside its inputs and outputs: sums.
    @Override
    public long workspaceBytes() {
        return aligned(layout.sumBytes(layout.map())) + layout.secondNormalised().map(layout::sumBytes).orElse(0L);
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, (long) ALIGNMENT) * ALIGNMENT;
    }

    /// Maps have their channels last.
    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        moments.launch(summing(layout), stream, arguments(addresses, workspace));
        normalization.launch(LaunchGeometry.ofRow(layout.blocks(), layout.pictures(), layout.threads()), stream,
                arguments(addresses, workspace));
    }

    static LaunchGeometry summing(GroupNormalizationLayout layout) {
        int blocks = layout.summingBlocks(layout.map()) + layout.secondNormalised().map(layout::summingBlocks).orElse(0);
        return LaunchGeometry.ofRow(blocks, layout.pictures(), layout.threads());
    }

    /// The file's `Arguments`.
    private KernelArguments arguments(ToLongFunction<String> addresses, long workspace) {
        KernelArguments arguments = new KernelArguments();
        put(arguments, Optional.of(program.normalised()), layout.map(), addresses, workspace);
        put(arguments, program.addend(), layout.addend().map(GroupNormalizationLayout.Addend::size).orElse(layout.map()), addresses,
                workspace + aligned(layout.sumBytes(layout.map())));
        return arguments.address(aligned(addresses, program.output()));
    }

    /// The file's `Map`.
    private void put(KernelArguments arguments, Optional<MapOperand> map, Size size, ToLongFunction<String> addresses, long sums) {
        Optional<Statistics> statistics = map.flatMap(MapOperand::statistics);
        arguments.address(map.map(operand -> aligned(addresses, operand.value())).orElse(0L))
                .address(statistics.map(each -> aligned(addresses, each.scale())).orElse(0L))
                .address(statistics.map(each -> aligned(addresses, each.bias())).orElse(0L))
                .address(statistics.isPresent() ? sums : 0)
                .int32(size.height()).int32(size.width()).int32(layout.summingBlocks(size))
                .float32(statistics.map(Statistics::epsilon).orElse(0f));
    }

    private static long aligned(ToLongFunction<String> addresses, String value) {
        return ValueTypes.aligned(addresses, value, VECTOR_BYTES);
    }

    @Override
    public void close() {
        module.close();
    }
}
