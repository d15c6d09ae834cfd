package dev.maskforge.engine.tensorrt.binding;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/// What TensorRT says, to System.Logger; errors are kept until somebody asks why something failed. TensorRT wants one
/// logger for the whole process, and calls it on threads of its own.
final class Log extends ILogger {
    private static final System.Logger LOGGER = System.getLogger("dev.maskforge.engine.tensorrt");

    /// Made when it is first asked for, which must not be before JavaCPP's settings are made. TensorRT keeps the logger that it
    /// is given first, even where it then fails to start, so it must never be collected.
    private static final class Made {
        static final Log ONLY = new Log();
    }

    private final ErrorLog errors = new ErrorLog();
    private final CopyOnWriteArrayList<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    private Log() {
    }

    static Log only() {
        return Made.ONLY;
    }

    @Override
    public void log(Severity severity, String message) {
        // An exception must not reach C++.
        try {
            take(severity.intern(), message);
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.WARNING, "a line of TensorRT's log was lost", e);
        }
    }

    private void take(Severity severity, String message) {
        System.Logger.Level level = switch (severity) {
            case kINTERNAL_ERROR, kERROR -> {
                errors.keep(message);
                // Whoever asked for what failed throws it.
                yield System.Logger.Level.DEBUG;
            }
            case kWARNING -> System.Logger.Level.DEBUG;
            case kINFO, kVERBOSE -> System.Logger.Level.TRACE;
        };
        LOGGER.log(level, message);
        if (severity == Severity.kINFO) {
            listeners.forEach(listener -> listener.accept(message));
        }
    }

    void addListener(Consumer<String> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }

    ErrorLog errors() {
        return errors;
    }
}
