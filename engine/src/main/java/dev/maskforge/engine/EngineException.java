package dev.maskforge.engine;

/// A runtime is missing, refused a graph, or failed while running it. The message is one line.
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
