package dev.maskforge.vision;

import java.io.Serial;

/// A list of classes that cannot be read. The message is one line: which file, what is wrong and in which line, and the
/// cure.
public final class ClassListException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public ClassListException(String message) {
        super(message);
    }

    public ClassListException(String message, Throwable cause) {
        super(message, cause);
    }
}
