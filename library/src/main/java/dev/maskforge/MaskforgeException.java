package dev.maskforge;

/// Something that the user can mend. The message is one line: what, where, and the cure.
public final class MaskforgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MaskforgeException(String message) {
        super(message);
    }

    public MaskforgeException(String message, Throwable cause) {
        super(message, cause);
    }
}
