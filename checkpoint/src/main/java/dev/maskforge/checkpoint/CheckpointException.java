package dev.maskforge.checkpoint;

import java.io.Serial;

/// A checkpoint that cannot be used. The message is one line: which file, what is wrong and where in it, and the cure.
public final class CheckpointException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
