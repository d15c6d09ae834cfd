package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksProgram.Bias;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksProgram.Blocking;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksProgram.Operand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// Masks of queries: one launch, and where blocked attention of many pixels is asked for another, which opens it for queries that would
/// see nothing.
public final class MasksKernel implements GraphKernel {
    /// Compute capabilities 9.x and 10.x have 227 KB of shared memory for a block; 12.x has 99.
    public static final KernelDevices DEVICES = new KernelDevices("masks", Architecture.HOPPER, Optional.of(new Architecture(110)),
            "compute capability 9 or 10 (H100, B200)");
    private static final int VECTOR_BYTES = 16;
    private static final int CLEARING_THREADS = 256;

    private final MasksProgram program;
    private final MasksLayout layout;
    private final MasksBlocks blocks;
    private final KernelModule module;
    private final Kernel masks;
    private final Optional<Kernel> clearing;

    private MasksKernel(MasksProgram program, MasksLayout layout, MasksBlocks blocks, KernelModule module) {
        this.program = program;
        this.layout = layout;
        this.blocks = blocks;
        this.module = module;
        this.masks = module.kernel("masks");
        this.clearing = program.blocking().filter(_ -> !blocks.seesAll()).map(_ -> module.kernel("clear_blind"));
        masks.allow(blocks.sharedBytes(layout));
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws dev.maskforge.engine.EngineException if it does not take these sizes, there is no compiler, the device is too old or it
    ///                                              refuses
    public static MasksKernel load(KernelLoader loader, MasksProgram program, Map<String, Long> sizes) {
        DEVICES.require(loader.driver().architecture());
        MasksLayout layout = MasksLayout.of(program, sizes);
        return load(loader, program, layout, MasksBlocks.of(layout));
    }

    static MasksKernel load(KernelLoader loader, MasksProgram program, MasksLayout layout, MasksBlocks blocks) {
        return loader.load(List.of(layout.source(blocks)), modules -> new MasksKernel(program, layout, blocks, modules.getFirst()));
    }

    @Override
    public long workspaceBytes() {
        return layout.workspaceBytes(blocks);
    }

    /// Features have their channels last.
    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        long output = aligned(addresses, program.output());
        masks.launch(geometry(layout, blocks), stream, arguments(addresses, output, workspace));
        clearing.ifPresent(kernel -> {
            KernelArguments arguments = new KernelArguments().address(workspace).address(output).address(all(addresses))
                    .int32(blocks.across()).int32(layout.queries()).int32(layout.pixels());
            kernel.launch(new LaunchGeometry(layout.queries(), layout.pictures(), 1, CLEARING_THREADS, 1), stream, arguments);
        });
    }

    static LaunchGeometry geometry(MasksLayout layout, MasksBlocks blocks) {
        return new LaunchGeometry(blocks.across(), layout.pictures(), blocks.parts(), 32 * blocks.warps(), 1, blocks.sharedBytes(layout));
    }

    private long all(ToLongFunction<String> addresses) {
        return program.blocking().map(Blocking::all).map(addresses::applyAsLong).orElse(0L);
    }

    /// The file's `Arguments`.
    private KernelArguments arguments(ToLongFunction<String> addresses, long output, long workspace) {
        KernelArguments arguments = new KernelArguments().address(aligned(addresses, program.embeddings().value()))
                .address(aligned(addresses, program.features().value()));
        Optional<Bias.Product> product = program.bias().flatMap(bias -> bias instanceof Bias.Product each
                ? Optional.of(each)
                : Optional.empty());
        Optional<Operand> given = program.bias().map(bias -> switch (bias) {
            case Bias.Given(Operand value) -> value;
            case Bias.Product(_, _, Operand constant) -> constant;
        });
        for (Optional<Operand> operand : List.of(given, product.map(Bias.Product::vector), product.map(Bias.Product::weights))) {
            arguments.address(operand.map(Operand::value).map(addresses::applyAsLong).orElse(0L));
        }
        int biasOfPicture = product.isEmpty() && given.isPresent() && !isOne(given.get()) ? layout.queries() : 0;
        return arguments.address(program.blocking().map(Blocking::threshold).map(addresses::applyAsLong).orElse(0L))
                .address(all(addresses)).address(output).address(workspace).int32(layout.queries()).int32(layout.pixels())
                .int32(isOne(program.embeddings()) ? 0 : Math.multiplyExact(layout.queries(), layout.channels())).int32(biasOfPicture);
    }

    /// Whether all pictures have the same.
    private static boolean isOne(Operand operand) {
        return operand.type().shape().get(0).isConstant() && operand.type().shape().get(0).size() == 1;
    }

    private static long aligned(ToLongFunction<String> addresses, String value) {
        return ValueTypes.aligned(addresses, value, VECTOR_BYTES);
    }

    @Override
    public void close() {
        module.close();
    }
}
