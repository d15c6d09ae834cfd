package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
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

/// Masks of queries: one launch for logits, and another where blocked attention is asked for, which opens it for queries that would see
/// nothing.
public final class MasksKernel implements GraphKernel {
    /// Compute capabilities 9.x and 10.x have 227 KB of shared memory for a block; 12.x has 99.
    private static final Architecture OLDEST = new Architecture(90);
    private static final Architecture NEWER = new Architecture(110);
    private static final int VECTOR_BYTES = 16;
    private static final int CLEARING_THREADS = 256;

    private final MasksProgram program;
    private final MasksLayout layout;
    private final KernelModule module;
    private final Kernel masks;
    private final Optional<Kernel> clearing;

    private MasksKernel(MasksProgram program, MasksLayout layout, KernelModule module) {
        this.program = program;
        this.layout = layout;
        this.module = module;
        this.masks = module.kernel("masks");
        this.clearing = program.blocking().map(_ -> module.kernel("clear_blind"));
        masks.allow(layout.sharedBytes());
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws EngineException if it does not take these sizes, there is no compiler, the device is too old or it refuses
    public static MasksKernel load(KernelLoader loader, MasksProgram program, Map<String, Long> sizes) {
        requireSharedMemory(loader.driver().architecture());
        MasksLayout layout = MasksLayout.of(program, sizes);
        return loader.load(List.of(layout.source()), modules -> new MasksKernel(program, layout, modules.getFirst()));
    }

    /// Whether blocks of a device may have enough shared memory.
    public static boolean runsOn(Architecture architecture) {
        return architecture.compareTo(OLDEST) >= 0 && architecture.compareTo(NEWER) < 0;
    }

    /// Refuses devices that cannot run the kernel.
    ///
    /// @throws EngineException if blocks have too little shared memory
    public static void requireSharedMemory(Architecture architecture) {
        if (!runsOn(architecture)) {
            throw new EngineException("the kernel of masks needs a GPU of compute capability 9 or 10 (H100, B200), not " + architecture
                    + "; build with --setting masks=network");
        }
    }

    @Override
    public long workspaceBytes() {
        return layout.workspaceBytes();
    }

    /// Features have their channels last.
    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        long output = aligned(addresses, program.output());
        LaunchGeometry geometry = new LaunchGeometry(layout.blocks(), layout.pictures(), 1, 32 * MasksLayout.WARPS, 1,
                layout.sharedBytes());
        masks.launch(geometry, stream, arguments(addresses, output, workspace));
        program.blocking().ifPresent(blocking -> {
            KernelArguments arguments = new KernelArguments().address(workspace).address(output)
                    .address(addresses.applyAsLong(blocking.all())).int32(layout.blocks()).int32(layout.queries()).int32(layout.pixels());
            clearing.orElseThrow().launch(new LaunchGeometry(layout.queries(), layout.pictures(), 1, CLEARING_THREADS, 1), stream,
                    arguments);
        });
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
        return arguments.address(program.blocking().map(Blocking::threshold).map(addresses::applyAsLong).orElse(0L)).address(output)
                .address(workspace).int32(layout.queries()).int32(layout.pixels())
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
