package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.maskforge.engine.onnxruntime.NativeFunctions.Function;
import dev.maskforge.engine.onnxruntime.NativeFunctions.Release;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// One arena of ONNX Runtime for all segments of an engine.
///
/// By itself each session has an arena of its own, which keeps what its largest run took and doubles whenever it grows,
/// though of an engine's segments one runs at a time. Sessions that are made while an arena is registered with the
/// environment take that one; with the last of them it goes. It grows by what is asked for, no more.
///
/// Where ONNX Runtime's C API cannot be called, each session has its own as before.
final class SharedArena implements AutoCloseable {
    private static final String USE = "session.use_env_allocators";
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;

    /// Values of onnxruntime_c_api.h's enumerations, and of `arena_extend_strategy`.
    private static final int FATAL = 4;
    private static final int ARENA_ALLOCATOR = 1;
    private static final int DEFAULT_MEMORY = 0;
    private static final long AS_REQUESTED = 1;

    /// The environment has one such arena at a time.
    private static final ReentrantLock LOCK = new ReentrantLock();

    private final Optional<Registered> registered;

    private SharedArena(Optional<Registered> registered) {
        this.registered = registered;
    }

    private record Registered(NativeFunctions functions, MemorySegment environment, MemorySegment memory) {}

    /// Registers an arena. Others wait until it is closed, which is when all sessions are made, not when they are.
    static SharedArena open() {
        Optional<NativeFunctions> functions = NativeFunctions.loaded();
        if (functions.isEmpty()) {
            return new SharedArena(Optional.empty());
        }
        LOCK.lock();
        try {
            return new SharedArena(Optional.of(register(functions.get())));
        } catch (RuntimeException e) {
            LOCK.unlock();
            System.getLogger(SharedArena.class.getName()).log(System.Logger.Level.DEBUG,
                    "each segment has an arena of its own: " + e.getMessage());
            return new SharedArena(Optional.empty());
        } catch (Error e) {
            LOCK.unlock();
            throw e;
        }
    }

    private static Registered register(NativeFunctions functions) {
        try (Arena arena = Arena.ofConfined()) {
            // There is one environment a process: this is Java's, held once more.
            OnnxRuntimeEngine.environment();
            MemorySegment environment = functions.create(Function.CREATE_ENVIRONMENT, FunctionDescriptor.of(POINTER, INT, POINTER, POINTER),
                    FATAL, arena.allocateFrom("maskforge"));
            try {
                return register(functions, environment, arena);
            } catch (RuntimeException | Error e) {
                functions.release(Release.ENVIRONMENT, environment);
                throw e;
            }
        }
    }

    private static Registered register(NativeFunctions functions, MemorySegment environment, Arena arena) {
        MemorySegment memory = functions.create(Function.CREATE_CPU_MEMORY_INFO, FunctionDescriptor.of(POINTER, INT, INT, POINTER),
                ARENA_ALLOCATOR, DEFAULT_MEMORY);
        try {
            MemorySegment keys = arena.allocateFrom(POINTER, arena.allocateFrom("arena_extend_strategy"));
            MemorySegment values = arena.allocateFrom(SIZE, AS_REQUESTED);
            MemorySegment configuration = functions.create(Function.CREATE_ARENA_CONFIGURATION,
                    FunctionDescriptor.of(POINTER, POINTER, POINTER, SIZE, POINTER), keys, values, 1L);
            try {
                functions.call(Function.CREATE_AND_REGISTER_ALLOCATOR, FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER),
                        environment,
                        memory, configuration);
            } finally {
                functions.release(Release.ARENA_CONFIGURATION, configuration);
            }
            return new Registered(functions, environment, memory);
        } catch (RuntimeException | Error e) {
            functions.release(Release.MEMORY_INFO, memory);
            throw e;
        }
    }

    /// Lets a session that is made now take this arena.
    void use(SessionOptions options) throws OrtException {
        if (registered.isPresent()) {
            options.addConfigEntry(USE, "1");
            // A pattern is a block for a whole run, of another size in each segment; without it segments reuse each other's.
            options.setMemoryPatternOptimization(false);
        }
    }

    /// Leaves the arena to the sessions that have taken it.
    @Override
    public void close() {
        registered.ifPresent(arena -> {
            try {
                arena.functions().call(Function.UNREGISTER_ALLOCATOR, FunctionDescriptor.of(POINTER, POINTER, POINTER), arena.environment(),
                        arena.memory());
            } finally {
                arena.functions().release(Release.MEMORY_INFO, arena.memory());
                arena.functions().release(Release.ENVIRONMENT, arena.environment());
                LOCK.unlock();
            }
        });
    }
}
