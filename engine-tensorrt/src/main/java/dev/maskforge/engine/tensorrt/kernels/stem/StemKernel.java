package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// From 8-bit pixels to what a ResNet's first stage takes, whose channels are last in memory: one launch.
public final class StemKernel implements GraphKernel {
    /// Matrix units take 16 float16 at once.
    public static final KernelDevices DEVICES = new KernelDevices("stem", Architecture.AMPERE, Optional.empty(),
            "compute capability 8.0 or newer (A100)");
    private static final int VECTOR_BYTES = 16;
    private static final int FACTOR_BYTES = 8;

    private final StemProgram program;
    private final StemLayout layout;
    private final KernelModule module;
    private final Kernel stem;

    private StemKernel(StemProgram program, StemLayout layout, KernelModule module) {
        this.program = program;
        this.layout = layout;
        this.module = module;
        this.stem = module.kernel("stem");
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws dev.maskforge.engine.EngineException if it does not take these sizes, there is no compiler, the device is too old or it
    ///                                              refuses
    public static StemKernel load(KernelLoader loader, StemProgram program, Map<String, Long> sizes) {
        DEVICES.require(loader.driver().architecture());
        StemLayout layout = StemLayout.of(program, sizes);
        return loader.load(List.of(layout.source()), modules -> new StemKernel(program, layout, modules.getFirst()));
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    /// The output has its channels last.
    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        KernelArguments arguments = new KernelArguments()
                .address(ValueTypes.aligned(addresses, program.pixels(), layout.isWide() ? Integer.BYTES : 1))
                .address(ValueTypes.aligned(addresses, program.valid(), Integer.BYTES))
                .address(ValueTypes.aligned(addresses, program.weights(), FACTOR_BYTES))
                .address(ValueTypes.aligned(addresses, program.bias(), Short.BYTES))
                .address(ValueTypes.aligned(addresses, program.output(), VECTOR_BYTES))
                .int32(layout.height()).int32(layout.width()).int32(layout.rows());
        program.image().mean().forEach(arguments::float32);
        program.image().deviation().forEach(arguments::float32);
        stem.launch(layout.geometry(), stream, arguments);
    }

    @Override
    public void close() {
        module.close();
    }
}
