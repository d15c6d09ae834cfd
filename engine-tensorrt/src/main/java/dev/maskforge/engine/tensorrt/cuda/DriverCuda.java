package dev.maskforge.engine.tensorrt.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static dev.maskforge.engine.tensorrt.cuda.DriverFunctions.HANDLE;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// CUDA's driver API on one device, in its primary context, which TensorRT and others in this process share.
public final class DriverCuda implements Cuda {
    private static final String LIBRARY = System.getProperty("os.name", "").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";
    private static final int ATTRIBUTE_MAJOR = 75;
    private static final int ATTRIBUTE_MINOR = 76;
    /// Streams that do not wait for the default one.
    private static final int STREAM_NON_BLOCKING = 1;
    /// Only this thread's calls are watched during a capture.
    private static final int CAPTURE_THREAD_LOCAL = 1;

    /// As a node of the graph that is being captured.
    private static final int EVENT_RECORD_EXTERNAL = 1;

    /// Of pinned memory: for all contexts.
    private static final int HOST_PORTABLE = 1;

    private final DriverFunctions driver;
    private final int device;
    private final long context;

    private DriverCuda(DriverFunctions driver, int device) {
        this.driver = driver;
        this.device = device;
        this.context = out("taking the device", result -> (int) driver.function("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT)
                .invokeExact(result, device));
    }

    /// The first device.
    ///
    /// @throws IllegalArgumentException             if there is no driver
    /// @throws dev.maskforge.engine.EngineException if the driver finds no device, or refuses it
    public static DriverCuda open() {
        return Opened.FIRST;
    }

    /// Once for the whole process: contexts and streams of several libraries meet in it.
    private static final class Opened {
        static final DriverCuda FIRST = new DriverCuda(initialised(), 0);
    }

    /// The number of devices.
    ///
    /// @throws IllegalArgumentException             if there is no driver
    /// @throws dev.maskforge.engine.EngineException if the driver cannot start
    public static int deviceCount() {
        DriverFunctions driver = initialised();
        return integer(driver, "counting devices", result -> (int) driver.function("cuDeviceGetCount", ADDRESS).invokeExact(result));
    }

    private static DriverFunctions initialised() {
        DriverFunctions driver = new DriverFunctions(LIBRARY);
        check(driver, "starting the driver", () -> (int) driver.function("cuInit", JAVA_INT).invokeExact(0));
        return driver;
    }

    /// What the device is.
    public CudaDevice describe() {
        int version = integer(driver, "asking the driver's version",
                result -> (int) driver.function("cuDriverGetVersion", ADDRESS).invokeExact(result));
        long memory = out("asking the device's memory",
                result -> (int) driver.function("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT).invokeExact(result, device));
        return new CudaDevice(name(), attribute(ATTRIBUTE_MAJOR), attribute(ATTRIBUTE_MINOR), memory,
                version / 1000 + "." + version % 1000 / 10);
    }

    private String name() {
        int longest = 256;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(longest);
            check(driver, "asking the device's name", () -> (int) driver.function("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT)
                    .invokeExact(text, longest, device));
            return text.getString(0);
        }
    }

    private int attribute(int attribute) {
        return integer(driver, "asking the device's capability", result -> (int) driver
                .function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT).invokeExact(result, attribute, device));
    }

    @Override
    public void useOnThisThread() {
        call("using the device", "cuCtxSetCurrent", context);
    }

    @Override
    public long allocate(long bytes) {
        return out("taking " + bytes + " bytes of device memory",
                result -> (int) driver.function("cuMemAlloc_v2", ADDRESS, JAVA_LONG).invokeExact(result, bytes));
    }

    @Override
    public void free(long address) {
        call("freeing device memory", "cuMemFree_v2", address);
    }

    @Override
    @SuppressWarnings("restricted") // the driver says where, we say how much
    public MemorySegment allocatePinned(long bytes) {
        long address = out("taking " + bytes + " bytes of pinned memory", result -> (int) driver
                .function("cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT).invokeExact(result, bytes, HOST_PORTABLE));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public void freePinned(MemorySegment memory) {
        call("freeing pinned memory", "cuMemFreeHost", memory.address());
    }

    @Override
    public long newStream() {
        return out("making a stream",
                result -> (int) driver.function("cuStreamCreate", ADDRESS, JAVA_INT).invokeExact(result, STREAM_NON_BLOCKING));
    }

    @Override
    public void destroyStream(long stream) {
        call("freeing a stream", "cuStreamDestroy_v2", stream);
    }

    @Override
    public void synchronize(long stream) {
        call("waiting for the device", "cuStreamSynchronize", stream);
    }

    @Override
    public long newEvent() {
        return out("making an event", result -> (int) driver.function("cuEventCreate", ADDRESS, JAVA_INT).invokeExact(result, 0));
    }

    @Override
    public void destroyEvent(long event) {
        call("freeing an event", "cuEventDestroy_v2", event);
    }

    @Override
    public void record(long event, long stream) {
        check(driver, "recording an event", () -> (int) driver.function("cuEventRecord", HANDLE, HANDLE).invokeExact(event, stream));
    }

    @Override
    public void recordInGraph(long event, long stream) {
        check(driver, "recording an event in a CUDA graph", () -> (int) driver.function("cuEventRecordWithFlags", HANDLE, HANDLE, JAVA_INT)
                .invokeExact(event, stream, EVENT_RECORD_EXTERNAL));
    }

    @Override
    public boolean hasHappened(long event) {
        MethodHandle query = driver.function("cuEventQuery", HANDLE);
        try {
            int result = (int) query.invokeExact(event);
            if (result == DriverFunctions.NOT_READY) {
                return false;
            }
            driver.require(result, "running the network");
            return true;
        } catch (Throwable e) {
            throw DriverFunctions.linkage(e);
        }
    }

    @Override
    public float milliseconds(long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_FLOAT);
            check(driver, "reading an event", () -> (int) driver.function("cuEventElapsedTime", ADDRESS, HANDLE, HANDLE)
                    .invokeExact(result, from, to));
            return result.get(JAVA_FLOAT, 0);
        }
    }

    @Override
    public void copyIn(MemorySegment host, long address, long stream) {
        check(driver, "copying to the device", () -> (int) driver.function("cuMemcpyHtoDAsync_v2", HANDLE, ADDRESS, JAVA_LONG, HANDLE)
                .invokeExact(address, host, host.byteSize(), stream));
    }

    @Override
    public void copyOut(long address, MemorySegment host, long stream) {
        check(driver, "copying from the device", () -> (int) driver.function("cuMemcpyDtoHAsync_v2", ADDRESS, HANDLE, JAVA_LONG, HANDLE)
                .invokeExact(host, address, host.byteSize(), stream));
    }

    @Override
    public void beginCapture(long stream) {
        check(driver, "beginning a CUDA graph", () -> (int) driver.function("cuStreamBeginCapture_v2", HANDLE, JAVA_INT)
                .invokeExact(stream, CAPTURE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        long graph = out("ending a CUDA graph",
                result -> (int) driver.function("cuStreamEndCapture", HANDLE, ADDRESS).invokeExact(stream, result));
        try {
            return out("making a CUDA graph", result -> (int) driver
                    .function("cuGraphInstantiateWithFlags", ADDRESS, HANDLE, JAVA_LONG).invokeExact(result, graph, 0L));
        } finally {
            call("freeing a CUDA graph", "cuGraphDestroy", graph);
        }
    }

    @Override
    public void launch(long graph, long stream) {
        check(driver, "launching a CUDA graph", () -> (int) driver.function("cuGraphLaunch", HANDLE, HANDLE).invokeExact(graph, stream));
    }

    @Override
    public void destroyGraph(long graph) {
        call("freeing a CUDA graph", "cuGraphExecDestroy", graph);
    }

    @Override
    public long freeMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment free = arena.allocate(JAVA_LONG);
            MemorySegment total = arena.allocate(JAVA_LONG);
            check(driver, "asking for free memory",
                    () -> (int) driver.function("cuMemGetInfo_v2", ADDRESS, ADDRESS).invokeExact(free, total));
            return free.get(JAVA_LONG, 0);
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

    private static void check(DriverFunctions driver, String what, Call call) {
        int result;
        try {
            result = call.run();
        } catch (Throwable e) {
            throw DriverFunctions.linkage(e);
        }
        driver.require(result, what);
    }

    private void call(String what, String function, long argument) {
        check(driver, what, () -> (int) driver.function(function, HANDLE).invokeExact(argument));
    }

    private long out(String what, CallWithResult call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check(driver, what, () -> call.run(result));
            return result.get(JAVA_LONG, 0);
        }
    }

    private static int integer(DriverFunctions driver, String what, CallWithResult call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            check(driver, what, () -> call.run(result));
            return result.get(JAVA_INT, 0);
        }
    }
}
