package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;

/// A function on the device.
public final class Kernel {
    private final KernelModule module;
    private final long function;

    Kernel(KernelModule module, long function) {
        this.module = module;
        this.function = function;
    }

    /// Lets it be launched with so many bytes of shared memory, and in clusters of up to 16 blocks.
    public void allow(int sharedBytes) {
        module.requireOpen();
        module.driver().allow(function, sharedBytes);
    }

    /// Puts one run into a stream, and does not wait for it.
    ///
    /// @param stream a `CUstream`, which is also a `cudaStream_t`
    public void launch(LaunchGeometry geometry, long stream, KernelArguments arguments) {
        module.requireOpen();
        module.driver().launch(function, geometry, stream, arguments);
    }
}
