package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.CudaModules;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;

/// Modules with an [Injection] before them, as [InjectedCuda].
record InjectedModules(CudaModules modules, Injection injection) implements CudaModules {
    private static final String MODULE = "module";

    @Override
    public int driverVersion() {
        injection.call("driverVersion");
        return modules.driverVersion();
    }

    @Override
    public Architecture architecture() {
        injection.call("architecture");
        return modules.architecture();
    }

    @Override
    public long load(byte[] image) {
        injection.call("load");
        long module = modules.load(image);
        injection.taken(MODULE);
        return module;
    }

    @Override
    public void unload(long module) {
        modules.unload(module);
        injection.released(MODULE);
        injection.call("unload");
    }

    @Override
    public long function(long module, String name) {
        injection.call("function");
        return modules.function(module, name);
    }

    @Override
    public void allow(long function, int sharedBytes) {
        injection.call("allowing shared memory");
        modules.allow(function, sharedBytes);
    }

    @Override
    public void launch(long function, LaunchGeometry geometry, long stream, KernelArguments arguments) {
        injection.call("launch of a kernel");
        modules.launch(function, geometry, stream, arguments);
    }
}
