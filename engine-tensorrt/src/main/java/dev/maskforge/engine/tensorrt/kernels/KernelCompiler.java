package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Architecture;

/// Makes what a device can load of CUDA C++.
public interface KernelCompiler {
    /// Name and version, which the compiled code depends on: `NVRTC 12.6`.
    String version();

    /// Compiles for an architecture.
    ///
    /// @return machine code; or, for a device newer than the compiler, PTX that its driver finishes
    /// @throws dev.maskforge.engine.EngineException if it is refused; the message is one line with the compiler's words
    byte[] compile(KernelSource source, Architecture architecture);
}
