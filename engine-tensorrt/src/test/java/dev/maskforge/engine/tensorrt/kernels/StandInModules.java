package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.CudaModules;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// A driver without a device, which remembers what it was asked for and can refuse any one call.
public final class StandInModules implements CudaModules {
    private final Architecture architecture;
    private final int failingCall;
    private final Set<Long> loaded = new HashSet<>();
    private final List<Launch> launches = new ArrayList<>();
    private int calls;

    /// @param failingCall counted from 1; 0 if none fails
    public StandInModules(int failingCall) {
        this(Architecture.HOPPER, failingCall);
    }

    public StandInModules(Architecture architecture) {
        this(architecture, 0);
    }

    public StandInModules() {
        this(0);
    }

    private StandInModules(Architecture architecture, int failingCall) {
        this.architecture = architecture;
        this.failingCall = failingCall;
    }

    /// A kernel that was put into a stream.
    public record Launch(String function, LaunchGeometry geometry, long stream, ByteBuffer arguments) {
        /// Those that the arguments begin with.
        public List<Long> addresses(int count) {
            return IntStream.range(0, count).mapToObj(i -> arguments.getLong(i * Long.BYTES)).toList();
        }
    }

    /// Modules that nobody has unloaded.
    public Set<Long> loaded() {
        return loaded;
    }

    public List<Launch> launches() {
        return launches;
    }

    /// How often it was asked for something.
    public int calls() {
        return calls;
    }

    private final List<String> functions = new ArrayList<>();

    private void call(String what) {
        calls++;
        if (calls == failingCall) {
            throw new EngineException("CUDA fails at " + what + ": refused");
        }
    }

    @Override
    public int driverVersion() {
        call("version");
        return 13_000;
    }

    @Override
    public Architecture architecture() {
        call("architecture");
        return architecture;
    }

    @Override
    public long load(byte[] image) {
        call("loading");
        long module = 1000L + calls;
        loaded.add(module);
        return module;
    }

    @Override
    public void unload(long module) {
        if (!loaded.remove(module)) {
            throw new AssertionError("module " + module + " is not loaded");
        }
    }

    @Override
    public long function(long module, String name) {
        call("function");
        if (!loaded.contains(module)) {
            throw new AssertionError("module " + module + " is not loaded");
        }
        functions.add(name);
        return functions.size() - 1L;
    }

    @Override
    public void allow(long function, int sharedBytes) {
        call("allowing shared memory");
    }

    @Override
    public void launch(long function, LaunchGeometry geometry, long stream, KernelArguments arguments) {
        call("launching");
        launches.add(new Launch(functions.get((int) function), geometry, stream,
                ByteBuffer.wrap(arguments.toBytes()).order(ByteOrder.LITTLE_ENDIAN)));
    }
}
