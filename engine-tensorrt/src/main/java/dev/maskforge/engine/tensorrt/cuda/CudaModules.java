package dev.maskforge.engine.tensorrt.cuda;

/// What kernels of our own take of CUDA's driver, so that tests can stand in for it and make each call fail. Handles are
/// numbers; who makes one gives it back by the method beside.
///
/// Every method wants the device to be the calling thread's ([Cuda#useOnThisThread()]), and throws
/// [dev.maskforge.engine.EngineException], one line, if CUDA refuses.
public interface CudaModules {
    /// The newest CUDA that the driver runs: 1000 times the major version and 10 times the minor.
    int driverVersion();

    /// Of the thread's device.
    Architecture architecture();

    /// Brings machine code or PTX onto the device.
    ///
    /// @return a module
    long load(byte[] image);

    void unload(long module);

    /// A module's function, to be used as long as the module is loaded.
    long function(long module, String name);

    /// Lets a function be launched with so many bytes of shared memory, and in larger clusters of blocks than every device has.
    void allow(long function, int sharedBytes);

    /// Puts one run of a function behind what the stream has to do.
    ///
    /// @param arguments the function's only parameter, a structure that is copied before this returns
    void launch(long function, LaunchGeometry geometry, long stream, KernelArguments arguments);
}
