package dev.maskforge.engine.onnxruntime;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// ONNX Runtime's C API, for what its Java API lacks.
///
/// `OrtGetApiBase` gives a table of functions, which from version to version only grows at its end: a function stays at its
/// place for good (onnxruntime_c_api.h).
@SuppressWarnings("restricted") // of a table that ONNX Runtime gives, the places and types are its header's
final class NativeFunctions {
    /// A function that makes something or fails; the status is null, or an error to release.
    enum Function {
        CREATE_ENVIRONMENT(3), CREATE_CPU_MEMORY_INFO(69), CREATE_AND_REGISTER_ALLOCATOR(144), CREATE_ARENA_CONFIGURATION(
                164),
        UNREGISTER_ALLOCATOR(177);

        private final int place;

        Function(int place) {
            this.place = place;
        }
    }

    /// A function that releases its only argument.
    enum Release {
        ENVIRONMENT(92), STATUS(93), MEMORY_INFO(94), ARENA_CONFIGURATION(157);

        private final int place;

        Release(int place) {
            this.place = place;
        }
    }

    /// The first version of the API that has all of these at their places (ONNX Runtime 1.9).
    private static final int VERSION = 9;
    private static final int ERROR_MESSAGE = 2;
    private static final int LAST_PLACE = 177;
    private static final int LONGEST_MESSAGE = 4096;

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final AddressLayout TEXT = POINTER.withTargetLayout(MemoryLayout.sequenceLayout(LONGEST_MESSAGE, ValueLayout.JAVA_BYTE));
    private static final AddressLayout PAIR = POINTER.withTargetLayout(MemoryLayout.sequenceLayout(2, POINTER));
    private static final AddressLayout TABLE = POINTER.withTargetLayout(MemoryLayout.sequenceLayout(LAST_PLACE + 1L, POINTER));

    private final MemorySegment table;

    private NativeFunctions(MemorySegment table) {
        this.table = table;
    }

    /// The functions of the library that is loaded; empty where its place is not known, or native access is denied.
    static Optional<NativeFunctions> loaded() {
        return Loaded.FUNCTIONS;
    }

    private static final class Loaded {
        static final Optional<NativeFunctions> FUNCTIONS = load();

        private static Optional<NativeFunctions> load() {
            Optional<Path> library = Optional.ofNullable(System.getProperty(NativeLibrary.PROPERTY))
                    .map(folder -> Path.of(folder, System.mapLibraryName("onnxruntime"))).filter(Files::isRegularFile);
            try {
                return library.flatMap(NativeFunctions::of);
            } catch (RuntimeException | LinkageError e) {
                System.getLogger(NativeFunctions.class.getName()).log(System.Logger.Level.DEBUG,
                        "ONNX Runtime's C API is not called: " + e.getMessage());
                return Optional.empty();
            }
        }
    }

    private static Optional<NativeFunctions> of(Path library) {
        MemorySegment base = SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("OrtGetApiBase");
        MemorySegment functions = (MemorySegment) invoke(base, FunctionDescriptor.of(PAIR));
        MemorySegment table = (MemorySegment) invoke(functions.get(POINTER, 0), FunctionDescriptor.of(TABLE, ValueLayout.JAVA_INT),
                VERSION);
        return table.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(new NativeFunctions(table));
    }

    /// Calls a function.
    ///
    /// @throws IllegalStateException if it fails, with ONNX Runtime's reason
    void call(Function function, FunctionDescriptor type, Object... arguments) {
        MemorySegment status = (MemorySegment) invoke(at(function.place), type, arguments);
        if (!status.equals(MemorySegment.NULL)) {
            MemorySegment message = (MemorySegment) invoke(at(ERROR_MESSAGE), FunctionDescriptor.of(TEXT, POINTER), status);
            String reason = message.getString(0);
            release(Release.STATUS, status);
            throw new IllegalStateException("ONNX Runtime fails in " + function + ": " + reason);
        }
    }

    /// Calls a function whose last argument is where it puts what it makes.
    ///
    /// @throws IllegalStateException if it fails
    MemorySegment create(Function function, FunctionDescriptor type, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(POINTER);
            Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = made;
            call(function, type, all);
            return made.get(POINTER, 0);
        }
    }

    void release(Release function, MemorySegment released) {
        invoke(at(function.place), FunctionDescriptor.ofVoid(POINTER), released);
    }

    private MemorySegment at(int place) {
        return table.getAtIndex(POINTER, place);
    }

    private static Object invoke(MemorySegment function, FunctionDescriptor type, Object... arguments) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(function, type);
        try {
            return handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native function throws", e);
        }
    }
}
