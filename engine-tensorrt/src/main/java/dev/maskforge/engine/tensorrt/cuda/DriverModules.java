package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import static dev.maskforge.engine.tensorrt.cuda.DriverFunctions.HANDLE;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// Modules by CUDA's driver API, in whatever context the calling thread has.
public final class DriverModules implements CudaModules {
    private static final String LIBRARY = System.getProperty("os.name", "").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";
    private static final int ATTRIBUTE_MAJOR = 75;
    private static final int ATTRIBUTE_MINOR = 76;
    private static final int FUNCTION_SHARED_BYTES = 8;
    private static final int FUNCTION_LARGE_CLUSTERS = 14;
    /// PTX is text that ends in a zero; machine code knows its own end.
    private static final int TERMINATOR_BYTES = 1;

    private final DriverFunctions driver;

    /// @throws EngineException if there is no driver
    public DriverModules() {
        try {
            this.driver = new DriverFunctions(LIBRARY);
        } catch (IllegalArgumentException e) {
            throw new EngineException("there is no NVIDIA driver (" + LIBRARY
                    + "); install driver 525 or newer from https://www.nvidia.com/drivers, or use the engine onnxruntime", e);
        }
        check("starting the driver", () -> (int) driver.function("cuInit", JAVA_INT).invokeExact(0));
    }

    @Override
    public int driverVersion() {
        return integer("asking the driver's version",
                result -> (int) driver.function("cuDriverGetVersion", ADDRESS).invokeExact(result));
    }

    @Override
    public Architecture architecture() {
        int device = integer("asking for the thread's device",
                result -> (int) driver.function("cuCtxGetDevice", ADDRESS).invokeExact(result));
        return Architecture.of(attribute(device, ATTRIBUTE_MAJOR), attribute(device, ATTRIBUTE_MINOR));
    }

    private int attribute(int device, int attribute) {
        return integer("asking the device's capability", result -> (int) driver
                .function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT).invokeExact(result, attribute, device));
    }

    @Override
    public long load(byte[] image) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(image.length + (long) TERMINATOR_BYTES, Long.BYTES);
            MemorySegment.copy(image, 0, copy, ValueLayout.JAVA_BYTE, 0, image.length);
            return handle("loading a kernel",
                    result -> (int) driver.function("cuModuleLoadData", ADDRESS, ADDRESS).invokeExact(result, copy));
        }
    }

    @Override
    public void unload(long module) {
        check("unloading a kernel", () -> (int) driver.function("cuModuleUnload", HANDLE).invokeExact(module));
    }

    @Override
    public long function(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return handle("looking for the kernel '" + name + "'",
                    result -> (int) driver.function("cuModuleGetFunction", ADDRESS, HANDLE, ADDRESS).invokeExact(result, module, text));
        }
    }

    @Override
    public void allow(long function, int sharedBytes) {
        attribute(function, FUNCTION_SHARED_BYTES, sharedBytes);
        attribute(function, FUNCTION_LARGE_CLUSTERS, 1);
    }

    private void attribute(long function, int attribute, int value) {
        check("asking for a kernel's shared memory and clusters", () -> (int) driver
                .function("cuFuncSetAttribute", HANDLE, JAVA_INT, JAVA_INT).invokeExact(function, attribute, value));
    }

    @Override
    public void launch(long function, LaunchGeometry geometry, long stream, KernelArguments arguments) {
        int threadsDeep = 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment structure = arena.allocate(KernelArguments.MOST_BYTES, Long.BYTES);
            structure.copyFrom(MemorySegment.ofArray(arguments.toBytes()));
            MemorySegment parameters = arena.allocate(ADDRESS);
            parameters.set(ADDRESS, 0, structure);
            check("launching a kernel", () -> (int) driver
                    .function("cuLaunchKernel", HANDLE, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, HANDLE,
                            ADDRESS,
                            ADDRESS)
                    .invokeExact(function, geometry.blocksAcross(), geometry.blocksDown(), geometry.blocksDeep(),
                            geometry.threadsAcross(), geometry.threadsDown(), threadsDeep, geometry.sharedBytes(), stream, parameters,
                            MemorySegment.NULL));
        }
    }

    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    @FunctionalInterface
    private interface CallWithResult {
        int run(MemorySegment result) throws Throwable;
    }

    private void check(String what, Call call) {
        int result;
        try {
            result = call.run();
        } catch (Throwable e) {
            throw DriverFunctions.linkage(e);
        }
        driver.require(result, what);
    }

    private long handle(String what, CallWithResult call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(what, () -> call.run(result));
            return result.get(JAVA_LONG, 0);
        }
    }

    private int integer(String what, CallWithResult call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            check(what, () -> call.run(result));
            return result.get(JAVA_INT, 0);
        }
    }
}
