package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.plan.BuildSettings;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer_plugin;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/// TensorRT in this process, loaded when first asked for.
public final class TensorRt {
    /// JavaCPP's switch between installed libraries and those that it unpacks from jars.
    private static final String PATHS_FIRST = "org.bytedeco.javacpp.pathsFirst";
    /// JavaCPP refuses to make objects of C++ once it counts more memory than four times Java's largest heap, in its own objects
    /// or in the whole process. TensorRT's libraries alone may be more than that, and what it takes is no business of the heap's.
    private static final List<String> LIMITS = List.of("org.bytedeco.javacpp.maxBytes", "org.bytedeco.javacpp.maxPhysicalBytes");
    private static final String NO_LIMIT = "0";
    private static final String LIBRARY_IN_JAR = "/org/bytedeco/tensorrt/linux-x86_64/libnvinfer.so.10";

    /// Nothing lies in the first page.
    private static final long SMALLEST_ADDRESS = 4096;

    private final Log log = Log.only();
    private final EndOfProcess end = EndOfProcess.watched();
    private final Builders builders = new Builders(this);
    /// Builds on several threads stop each other for good: a kernel waits on the device for one thread while another waits
    /// for the device.
    private final ReentrantLock building = new ReentrantLock();
    private final int version;
    private final IRuntime runtime;

    private TensorRt() {
        this.version = nvinfer.getInferLibVersion();
        if (!nvinfer_plugin.initLibNvInferPlugins(log, "")) {
            throw new EngineException("TensorRT's plugins do not start: " + log.errors().first().orElse("no reason given"));
        }
        this.runtime = required("a runtime", () -> nvinfer.createInferRuntime(log));
    }

    private static final class Loaded {
        static final TensorRt INSTANCE = load();

        private static TensorRt load() {
            if (System.getProperty(PATHS_FIRST) == null && TensorRt.class.getResource(LIBRARY_IN_JAR) == null) {
                System.setProperty(PATHS_FIRST, "true");
            }
            LIMITS.stream().filter(limit -> System.getProperty(limit) == null).forEach(limit -> System.setProperty(limit, NO_LIMIT));
            return new TensorRt();
        }
    }

    /// The only one.
    ///
    /// @throws LinkageError if its libraries do not load
    public static TensorRt instance() {
        return Loaded.INSTANCE;
    }

    /// As TensorRT says it: 100600 is 10.6.0.
    public int version() {
        return version;
    }

    /// Such as `10.6.0`.
    public String versionText() {
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    /// Builds a plan. Builds wait for each other.
    ///
    /// @param onnx  a whole ONNX file in native memory, not needed afterwards
    /// @param arena where the plan goes
    /// @throws EngineException if TensorRT refuses the network; the message names the node
    public MemorySegment build(MemorySegment onnx, BuildSettings settings, BuildProgress progress, Arena arena) {
        building.lock();
        try {
            return buildAlone(onnx, settings, progress, arena);
        } finally {
            building.unlock();
        }
    }

    /// A builder that stays until this is closed.
    public static final class Kept implements AutoCloseable {
        private final Runnable release;
        private boolean open = true;

        private Kept(Runnable release) {
            this.release = release;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                release.run();
            }
        }
    }

    /// Lets the builds until it is closed share one builder, for which TensorRT loads its kernels: seconds each time, and some
    /// memory of the host and the device for as long. The first of them makes it.
    public Kept keepBuilder() {
        builders.keep();
        return new Kept(() -> end.within(builders::release));
    }

    private MemorySegment buildAlone(MemorySegment onnx, BuildSettings settings, BuildProgress progress, Arena arena) {
        log.errors().forget();
        BuildPhases phases = new BuildPhases(progress);
        log.addListener(phases);
        try {
            return end.within(() -> {
                try (Kept _ = keepBuilder()) {
                    return NetworkBuilder.build(this, builders.get(), onnx, settings, arena);
                }
            });
        } finally {
            log.removeListener(phases);
        }
    }

    /// Brings a plan onto the device.
    ///
    /// @param plan TensorRT's bytes in native memory, not needed afterwards
    /// @throws EngineException if TensorRT refuses it
    public LoadedPlan load(MemorySegment plan) {
        log.errors().forget();
        return end.within(() -> {
            ICudaEngine engine = required("the plan", () -> runtime.deserializeCudaEngine(Native.at(plan), plan.byteSize()));
            try {
                return new NativePlan(this, engine);
            } catch (RuntimeException | Error e) {
                Native.delete(engine);
                throw e;
            }
        });
    }

    Log log() {
        return log;
    }

    EndOfProcess end() {
        return end;
    }

    /// What TensorRT gives, which is nothing where it fails: null, or null moved by an offset within a class.
    <T extends Pointer> T required(String what, Supplier<T> call) {
        T given = call.get();
        if (given == null || given.address() < SMALLEST_ADDRESS) {
            throw failure(what);
        }
        return given;
    }

    void require(String what, boolean done) {
        if (!done) {
            throw failure(what);
        }
    }

    /// @param what was done
    EngineException failure(String what) {
        return log.errors().failure("TensorRT " + versionText() + " fails at " + what);
    }
}
