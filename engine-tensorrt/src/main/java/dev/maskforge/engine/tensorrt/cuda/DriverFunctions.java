package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// Functions of `libcuda`, linked when first called. All of them return 0 or the number of an error.
final class DriverFunctions {
    /// A stream, an event, a graph or a device address.
    static final ValueLayout.OfLong HANDLE = ValueLayout.JAVA_LONG;
    static final int SUCCESS = 0;
    static final int NOT_READY = 600;
    private static final int OUT_OF_MEMORY = 2;

    private final SymbolLookup library;
    private final Map<String, MethodHandle> linked = new ConcurrentHashMap<>();

    /// @throws IllegalArgumentException if there is no such library
    @SuppressWarnings("restricted") // the driver is native code
    DriverFunctions(String library) {
        this.library = SymbolLookup.libraryLookup(library, Arena.global());
    }

    /// A function by its name in `cuda.h`, with these arguments.
    @SuppressWarnings("restricted") // the driver is native code
    MethodHandle function(String name, MemoryLayout... arguments) {
        return linked.computeIfAbsent(name,
                _ -> Linker.nativeLinker().downcallHandle(
                        library.find(name).orElseThrow(() -> new EngineException(
                                "the NVIDIA driver has no function " + name + "; install driver 525 or newer")),
                        FunctionDescriptor.of(JAVA_INT, arguments)));
    }

    /// Throws unless the result is success.
    ///
    /// @param what was done, such as `copying to the device`
    /// @throws DeviceMemoryException if the device has too little memory left
    void require(int result, String what) {
        if (result != SUCCESS) {
            throw failure(result, what, explanation(result));
        }
    }

    static EngineException failure(int result, String what, String explanation) {
        String failure = "CUDA fails at " + what + ": " + explanation;
        return result == OUT_OF_MEMORY ? new DeviceMemoryException(failure) : new EngineException(failure + "; see 'maskforge doctor'");
    }

    /// Such as `out of memory (CUDA_ERROR_OUT_OF_MEMORY)`.
    private String explanation(int result) {
        return text("cuGetErrorString", result) + " (" + text("cuGetErrorName", result) + ")";
    }

    @SuppressWarnings("restricted") // a C string has no length
    private String text(String function, int result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(ADDRESS);
            int found = (int) function(function, JAVA_INT, ADDRESS).invokeExact(result, target);
            MemorySegment text = target.get(ADDRESS, 0);
            return found == SUCCESS && text.address() != 0
                    ? text.reinterpret(Long.MAX_VALUE).getString(0)
                    : "error " + result;
        } catch (Throwable e) {
            throw linkage(e);
        }
    }

    /// What a method handle throws besides what it calls.
    static RuntimeException linkage(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new EngineException("the NVIDIA driver cannot be called: " + e, e);
        };
    }

}
