package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.CudaModules;

/// Compiled code on the device, until it is closed. Closing it while one of its kernels runs is an error of the caller's.
public final class KernelModule implements AutoCloseable {
    private final CudaModules driver;
    private final long handle;
    private boolean open = true;

    private KernelModule(CudaModules driver, long handle) {
        this.driver = driver;
        this.handle = handle;
    }

    /// Brings compiled code onto the device.
    ///
    /// @param image machine code or PTX
    public static KernelModule load(CudaModules driver, byte[] image) {
        return new KernelModule(driver, driver.load(image));
    }

    /// The function of that name.
    public Kernel kernel(String name) {
        requireOpen();
        return new Kernel(this, driver.function(handle, name));
    }

    CudaModules driver() {
        return driver;
    }

    void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the kernel's module is closed");
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            driver.unload(handle);
        }
    }
}
