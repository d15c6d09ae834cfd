package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.Kernel;
import dev.maskforge.engine.tensorrt.kernels.KernelDevices;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.KernelModule;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram.Normalisation;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram.Product;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// What an encoder does with each token by itself: one launch.
public final class TokensKernel implements GraphKernel {
    /// The kernel is made of instructions that no newer architecture has.
    public static final KernelDevices DEVICES = new KernelDevices("tokens", Architecture.HOPPER, Optional.of(new Architecture(91)),
            "compute capability 9.0 (H100, H200)");
    private static final int VECTOR_BYTES = 16;

    private final TokensProgram program;
    private final TokensLayout layout;
    private final KernelModule module;
    private final Kernel tokens;

    private TokensKernel(TokensProgram program, TokensLayout layout, KernelModule module) {
        this.program = program;
        this.layout = layout;
        this.module = module;
        this.tokens = module.kernel("tokens");
        tokens.allow(layout.sharedBytes());
    }

    /// Compiles the kernel for a program, unless it has been, and loads it.
    ///
    /// @param sizes of the symbols in its shapes
    /// @throws dev.maskforge.engine.EngineException if it does not take these sizes, there is no compiler, or the device is another or refuses
    public static TokensKernel load(KernelLoader loader, TokensProgram program, Map<String, Long> sizes) {
        DEVICES.require(loader.driver().architecture());
        TokensLayout layout = TokensLayout.of(program, sizes);
        return loader.load(List.of(layout.source()), modules -> new TokensKernel(program, layout, modules.getFirst()));
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
        tokens.launch(new LaunchGeometry(layout.blocks(), 1, 1, layout.threads(), 1, layout.sharedBytes()), stream, arguments(addresses));
    }

    /// The file's `Arguments`.
    private KernelArguments arguments(ToLongFunction<String> addresses) {
        KernelArguments arguments = new KernelArguments().address(aligned(addresses, program.attended()))
                .address(aligned(addresses, program.tokens()));
        for (Product product : List.of(program.projection(), program.inner(), program.outer())) {
            arguments.address(aligned(addresses, product.weights())).address(aligned(addresses, product.bias()));
        }
        Optional<Product> following = program.following();
        for (Optional<String> value : List.of(following.map(Product::weights), following.map(Product::bias), Optional.of(program.output()),
                following.map(product -> product.node().output()))) {
            arguments.address(value.map(name -> aligned(addresses, name)).orElse(0L));
        }
        putNormalisation(arguments, program.first(), addresses);
        putNormalisation(arguments, program.second(), addresses);
        return arguments.int32(layout.rows());
    }

    /// The file's `Normalisation`, which is a structure of its own and ends at a multiple of its pointers' size.
    private static void putNormalisation(KernelArguments arguments, Normalisation normalisation, ToLongFunction<String> addresses) {
        arguments.address(aligned(addresses, normalisation.scale())).address(aligned(addresses, normalisation.shift()))
                .float32(normalisation.epsilon()).int32(0);
    }

    private static long aligned(ToLongFunction<String> addresses, String value) {
        return ValueTypes.aligned(addresses, value, VECTOR_BYTES);
    }

    @Override
    public void close() {
        module.close();
    }
}
