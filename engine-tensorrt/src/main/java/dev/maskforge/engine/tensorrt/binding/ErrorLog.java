package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.DeviceMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The errors that TensorRT has told of since somebody last asked why something failed.
final class ErrorLog {
    private static final int KEPT = 20;
    /// As TensorRT's own errors and CUDA's within them say it; neither comes with a number.
    private static final List<String> OF_MEMORY = List.of("OutOfMemory", "out of memory");

    private final Deque<String> errors = new ArrayDeque<>();

    synchronized void keep(String error) {
        if (errors.size() == KEPT) {
            errors.removeFirst();
        }
        errors.addLast(error);
    }

    synchronized void forget() {
        errors.clear();
    }

    /// The first error, on one line: those after it follow from it.
    synchronized Optional<String> first() {
        return errors.stream().findFirst().map(ErrorLog::onOneLine);
    }

    /// Why something failed, whose errors are then forgotten. It was memory if any of them says so: a builder that gets none
    /// tries another way before it gives up. The first that does is then told, and otherwise the first of all.
    ///
    /// @param what such as `TensorRT 10.6.0 fails at the plan`
    synchronized EngineException failure(String what) {
        Optional<String> ofMemory = errors.stream().filter(error -> OF_MEMORY.stream().anyMatch(error::contains)).findFirst()
                .map(ErrorLog::onOneLine);
        String failure = what + ": " + ofMemory.or(this::first).orElse("it gives no reason");
        forget();
        return ofMemory.isPresent() ? new DeviceMemoryException(failure) : new EngineException(failure);
    }

    private static String onOneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
