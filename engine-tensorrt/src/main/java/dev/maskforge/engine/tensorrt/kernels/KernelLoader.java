package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.CudaModules;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Where kernels come from: compiled for the device at hand, or kept from an earlier time.
///
/// @param driver   of the device
/// @param compiler that is asked for what is not in the cache
/// @param cache    of what was compiled before
public record KernelLoader(CudaModules driver, KernelCompiler compiler, KernelCache cache) {
    /// NVIDIA's driver and NVRTC, and the user's cache.
    ///
    /// @throws dev.maskforge.engine.EngineException if one of them is not here
    public static KernelLoader standard() {
        return new KernelLoader(new DriverModules(), NvrtcCompiler.open(), KernelCache.ofUser());
    }

    /// Compiles a source for the current device, unless it has been, and loads it.
    private KernelModule load(KernelSource source) {
        return KernelModule.load(driver, cache.get(source, driver.architecture(), compiler, driver.driverVersion()));
    }

    /// What is made of the modules of some sources, in their order; if that fails, none stays loaded.
    ///
    /// @throws dev.maskforge.engine.EngineException if a source cannot be compiled or the device refuses it
    public <T> T load(List<KernelSource> sources, Function<List<KernelModule>, T> made) {
        List<KernelModule> modules = new ArrayList<>();
        try {
            sources.forEach(source -> modules.add(load(source)));
            return made.apply(List.copyOf(modules));
        } catch (RuntimeException e) {
            closeAll(modules, e);
            throw e;
        }
    }

    private static void closeAll(List<KernelModule> modules, RuntimeException failure) {
        for (KernelModule module : modules) {
            try {
                module.close();
            } catch (RuntimeException secondary) {
                failure.addSuppressed(secondary);
            }
        }
    }
}
