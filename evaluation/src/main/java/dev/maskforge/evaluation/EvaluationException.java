package dev.maskforge.evaluation;

/// A dataset or results that cannot be scored. The message is one line: what is wrong, with which file, and the cure.
public final class EvaluationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EvaluationException(String message) {
        super(message);
    }

    public EvaluationException(String message, Throwable cause) {
        super(message, cause);
    }
}
