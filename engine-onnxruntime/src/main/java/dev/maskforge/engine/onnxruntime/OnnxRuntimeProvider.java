package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.kernels.Kernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// ONNX Runtime's CPU execution provider, with [kernels of ours][Execution] between. The system property `onnxruntime.native.path` names the folder of its native
/// library; without it the library is unpacked once into the cache.
public final class OnnxRuntimeProvider implements EngineProvider {
    private static final String MESSAGE = " - message: ";

    private final Execution execution;

    /// With kernels of ours where they are faster.
    public OnnxRuntimeProvider() {
        this(Execution.OWN_KERNELS);
    }

    public OnnxRuntimeProvider(Execution execution) {
        this.execution = execution;
    }

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public Availability availability() {
        return Loaded.AVAILABILITY;
    }

    /// Loads the native library when first asked for, once: the JVM names the true reason of a failure only the first time.
    private static final class Loaded {
        static final Availability AVAILABILITY = load();

        private static Availability load() {
            NativeLibrary.prepare();
            Optional<String> path = Optional.ofNullable(System.getProperty(NativeLibrary.PROPERTY));
            try {
                // Errors come as exceptions; ONNX Runtime need not print them too.
                OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
                return new Availability.Available(environment.getVersion(),
                        "CPU, native library " + path.orElse("unpacked from its jar into a temporary folder") + "; kernels in "
                                + Kernels.best());
            } catch (LinkageError | RuntimeException e) {
                return new Availability.Missing(
                        "its native library does not load" + path.map(folder -> " from " + folder).orElse("") + " (" + firstLine(root(e))
                                + ")",
                        "use Linux with glibc 2.28 or newer on x86-64 or aarch64, macOS on Apple silicon, or Windows on x86-64; if "
                                + NativeLibrary.PROPERTY + " is set, it must name the folder with the library");
            }
        }

        private static Throwable root(Throwable e) {
            Throwable root = e;
            for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
                root = cause;
            }
            return root;
        }
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    @Override
    public EngineProvider withoutOwnKernels() {
        return new OnnxRuntimeProvider(Execution.RUNTIME_ONLY);
    }

    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return execution.operations();
    }

    @Override
    public Set<Precision> precisions() {
        return Set.of(Precision.FP32, Precision.INT8);
    }

    @Override
    public Engine build(Graph graph, EngineOptions options) {
        requireLibrary();
        require(options.precision());
        try {
            return OnnxRuntimeEngine.of(graph, execution, options);
        } catch (OrtException e) {
            throw failure("ONNX Runtime refuses the graph", e);
        }
    }

    /// Opens an `.onnx` file, such as `convert` and other tools write. ONNX Runtime is native code in this process and no
    /// sandbox: open files that you trust.
    @Override
    public Engine open(Path file, EngineOptions options) {
        requireLibrary();
        require(options.precision());
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new EngineException("there is no file to read at " + file + "; name an .onnx file");
        }
        try {
            return OnnxRuntimeEngine.of(file, options);
        } catch (OrtException e) {
            throw new EngineException(
                    "ONNX Runtime " + OnnxRuntimeEngine.environment().getVersion() + " refuses " + file + ": " + message(e)
                            + "; it may be damaged, or newer than this version: download it again, or export it with an older opset",
                    e);
        }
    }

    private void requireLibrary() {
        if (availability() instanceof Availability.Missing(String reason, String cure)) {
            throw new EngineException("ONNX Runtime cannot run: " + reason + "; " + cure);
        }
    }

    static EngineException failure(String what, OrtException e) {
        return new EngineException(what + ": " + message(e), e);
    }

    /// ONNX Runtime's messages run over several lines, of which the first says what is wrong, after `Error code - … - message: `.
    private static String message(OrtException e) {
        String line = firstLine(e);
        int start = line.indexOf(MESSAGE);
        return start < 0 ? line : line.substring(start + MESSAGE.length());
    }
}
