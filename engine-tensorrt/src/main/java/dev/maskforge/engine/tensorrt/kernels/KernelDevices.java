package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.util.Optional;

/// The devices that a kernel runs on.
///
/// @param setting of the kernel, such as `attention`; with `network`, plans do without it
/// @param oldest  architecture that runs it
/// @param beyond  the first newer one that does not, if there is one
/// @param words   for messages: `compute capability 8.0 or newer (A100)`
public record KernelDevices(String setting, Architecture oldest, Optional<Architecture> beyond, String words) {
    public boolean include(Architecture architecture) {
        return architecture.isAtLeast(oldest) && beyond.filter(architecture::isAtLeast).isEmpty();
    }

    /// Refuses a device that cannot run the kernel.
    ///
    /// @throws EngineException if it is none of these
    public void require(Architecture architecture) {
        if (!include(architecture)) {
            throw new EngineException("the " + setting + " kernel needs a GPU of " + words + ", not " + architecture
                    + "; build with --setting " + setting + "=network");
        }
    }
}
