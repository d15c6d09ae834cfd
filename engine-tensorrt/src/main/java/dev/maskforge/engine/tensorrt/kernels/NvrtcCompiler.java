package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// NVRTC, CUDA's compiler as a library. It needs neither a GPU nor a driver nor CUDA's headers.
public final class NvrtcCompiler implements KernelCompiler {
    private static final int LONGEST_LOG = 1000;

    private final NvrtcLibrary library;
    private final String version;
    private final List<Architecture> architectures;

    private NvrtcCompiler(NvrtcLibrary library) {
        this.library = library;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment major = arena.allocate(JAVA_INT);
            MemorySegment minor = arena.allocate(JAVA_INT);
            library.check("telling its version", () -> (int) library.function("nvrtcVersion", ADDRESS, ADDRESS).invokeExact(major, minor));
            this.version = "NVRTC " + major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0);
        }
        int count = library.integers("nvrtcGetNumSupportedArchs", 1)[0];
        this.architectures = Arrays.stream(library.integers("nvrtcGetSupportedArchs", count)).sorted().mapToObj(Architecture::new).toList();
    }

    /// NVRTC 12 or another that is here.
    ///
    /// @throws EngineException if there is none
    public static NvrtcCompiler open() {
        return NvrtcLibrary.find().map(NvrtcCompiler::new)
                .orElseThrow(() -> new EngineException("NVRTC, CUDA's run-time compiler, is not found (libnvrtc.so.12); put "
                        + "org.bytedeco:cuda:12.6-9.5-1.5.11:linux-x86_64-redist on the class path, install CUDA 12, or name the file with -D"
                        + NvrtcLibrary.PROPERTY + "=FILE"));
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public byte[] compile(KernelSource source, Architecture architecture) {
        if (!architecture.isAtLeast(Architecture.TURING)) {
            throw new EngineException(
                    "the kernels need compute capability 7.5 or newer, and this GPU has " + architecture.number() / 10 + "."
                            + architecture.number() % 10 + "; use a GPU of the Turing generation or newer, or the engine onnxruntime");
        }
        boolean exact = architectures.contains(architecture);
        if (source.instructions() == KernelSource.Instructions.OF_ONE_ARCHITECTURE && !(exact && architecture.hasOwnInstructions())) {
            throw new EngineException(version + " has no " + source.target(architecture) + ", which " + source.name()
                    + " is to be compiled for: it uses instructions of one architecture alone; build without that kernel");
        }
        String target = exact ? source.target(architecture) : "compute_" + newestBefore(architecture).number();
        List<String> options = Stream
                .concat(Stream.of("--gpu-architecture=" + target, "--std=c++17"),
                        source.definitions().stream())
                .toList();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(ADDRESS);
            library.check("taking " + source.name(), () -> (int) library
                    .function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS)
                    .invokeExact(place, arena.allocateFrom(source.text()), arena.allocateFrom(source.name()), 0, MemorySegment.NULL,
                            MemorySegment.NULL));
            try {
                MemorySegment program = place.get(ADDRESS, 0);
                compile(program, source, options, arena);
                return exact ? bytes(program, "nvrtcGetCUBIN", arena) : bytes(program, "nvrtcGetPTX", arena);
            } finally {
                library.check("forgetting a source", () -> (int) library.function("nvrtcDestroyProgram", ADDRESS).invokeExact(place));
            }
        }
    }

    private Architecture newestBefore(Architecture architecture) {
        return architectures.stream().filter(each -> each.compareTo(architecture) < 0).reduce((_, last) -> last)
                .orElseThrow(() -> new EngineException(version + " knows no architecture as old as " + architecture + "; install CUDA 12"));
    }

    private void compile(MemorySegment program, KernelSource source, List<String> options, Arena arena) {
        MemorySegment texts = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
            texts.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        int status = library.status(
                () -> (int) library.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS).invokeExact(program, options.size(),
                        texts));
        if (status != 0) {
            throw new EngineException(version + " refuses " + source.name() + " with " + String.join(" ", options) + ": "
                    + errors(program, arena) + " (" + library.errorName(status) + ")");
        }
    }

    /// The lines of the compiler's log that tell of errors, as one.
    private String errors(MemorySegment program, Arena arena) {
        String log = new String(bytes(program, "nvrtcGetProgramLog", arena), StandardCharsets.UTF_8).replace("\0", "");
        String errors = log.lines().filter(line -> line.contains("error")).collect(Collectors.joining("; "));
        String line = (errors.isEmpty() ? log : errors).strip().replaceAll("\\s+", " ");
        return line.length() > LONGEST_LOG ? line.substring(0, LONGEST_LOG) + " …" : line;
    }

    /// What a pair of functions gives: how long it is, and the bytes.
    private byte[] bytes(MemorySegment program, String function, Arena arena) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        library.check("telling a size",
                () -> (int) library.function(function + "Size", ADDRESS, ADDRESS).invokeExact(program, size));
        MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
        library.check("giving what it made", () -> (int) library.function(function, ADDRESS, ADDRESS).invokeExact(program, bytes));
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
}
