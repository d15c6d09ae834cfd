package dev.maskforge.models;

/// A checkpoint holds no model that we know, or one that we cannot build. The message is one line: what, where, the cure.
public final class UnknownModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnknownModelException(String message) {
        super(message);
    }
}
