package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// Functions of `libnvrtc`, linked when first called. All that are called here return 0 or the number of an error.
final class NvrtcLibrary {
    /// Names the library's file; unset, it is looked for where the system looks, and among what the process has loaded: TensorRT's
    /// bindings bring it along.
    static final String PROPERTY = "maskforge.nvrtc";
    private static final List<String> NAMES = List.of("libnvrtc.so.12", "libnvrtc.so.13", "nvrtc64_120_0.dll",
            "nvrtc64_130_0.dll");
    private static final List<Path> FOLDERS = List.of(Path.of("/usr/local/cuda/lib64"),
            Path.of("/usr/local/cuda/targets/x86_64-linux/lib"));

    private static final Pattern BUILTINS = Pattern.compile("libnvrtc-builtins\\.so[.0-9]*|nvrtc-builtins64_[0-9]+\\.dll");

    private final SymbolLookup library;
    private final Map<String, MethodHandle> linked = new ConcurrentHashMap<>();

    private NvrtcLibrary(SymbolLookup library) {
        this.library = library;
    }

    /// The library, if it is here.
    static Optional<NvrtcLibrary> find() {
        List<String> candidates = new ArrayList<>();
        String named = System.getProperty(PROPERTY, "");
        if (named.isBlank()) {
            candidates.addAll(NAMES);
            FOLDERS.forEach(folder -> NAMES.forEach(name -> candidates.add(folder.resolve(name).toString())));
        } else {
            candidates.add(named);
        }
        return candidates.stream().flatMap(name -> open(name).stream()).findFirst();
    }

    @SuppressWarnings("restricted") // the compiler is native code
    private static Optional<NvrtcLibrary> open(String name) {
        try {
            SymbolLookup library = SymbolLookup.libraryLookup(name, Arena.global());
            loadBuiltins(Path.of(name));
            return Optional.of(new NvrtcLibrary(library));
        } catch (IllegalArgumentException e) {
            System.getLogger(NvrtcLibrary.class.getName()).log(System.Logger.Level.DEBUG, "NVRTC is not " + name + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /// NVRTC looks for a second library by its bare name, which the system need not find though it lies beside.
    @SuppressWarnings("restricted") // the compiler is native code
    private static void loadBuiltins(Path library) {
        Path folder = library.getParent();
        if (folder == null) {
            return;
        }
        try (DirectoryStream<Path> builtins = Files.newDirectoryStream(folder, "*nvrtc-builtins*")) {
            for (Path each : builtins) {
                if (BUILTINS.matcher(each.getFileName().toString()).matches()) {
                    SymbolLookup.libraryLookup(each, Arena.global());
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            System.getLogger(NvrtcLibrary.class.getName()).log(System.Logger.Level.DEBUG, "NVRTC's builtins are not loaded", e);
        }
    }

    @FunctionalInterface
    interface Call {
        int run() throws Throwable;
    }

    /// Calls a function that returns a status.
    ///
    /// @param what was done, such as `taking the source`
    void check(String what, Call call) {
        int status = status(call);
        if (status != 0) {
            throw new EngineException("NVRTC fails at " + what + ": " + errorName(status));
        }
    }

    int status(Call call) {
        try {
            return call.run();
        } catch (Throwable e) {
            throw linkage(e);
        }
    }

    /// A function by its name in `nvrtc.h`, with these arguments.
    MethodHandle function(String name, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    @SuppressWarnings("restricted") // the compiler is native code
    private MethodHandle link(String name, FunctionDescriptor descriptor) {
        return linked.computeIfAbsent(name, _ -> Linker.nativeLinker().downcallHandle(
                library.find(name)
                        .orElseThrow(() -> new EngineException("NVRTC has no function " + name + "; install CUDA 12")),
                descriptor));
    }

    /// Such as `NVRTC_ERROR_COMPILATION`.
    @SuppressWarnings("restricted") // a C string has no length
    String errorName(int status) {
        try {
            MethodHandle name = link("nvrtcGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT));
            return ((MemorySegment) name.invokeExact(status)).reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw linkage(e);
        }
    }

    /// An integer that a function puts where its only argument points.
    int[] integers(String function, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT, count);
            check("telling about itself", () -> (int) function(function, ADDRESS).invokeExact(result));
            return result.toArray(ValueLayout.JAVA_INT);
        }
    }

    /// What a method handle throws besides what it calls.
    private static RuntimeException linkage(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new EngineException("NVRTC cannot be called: " + e, e);
        };
    }
}
