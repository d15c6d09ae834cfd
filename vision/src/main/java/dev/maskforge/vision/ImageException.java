package dev.maskforge.vision;

/// A picture that cannot be read or written. The message is one line: what is wrong, with which file, and the cure.
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
