package dev.maskforge.measure;

import java.io.Serial;

/// A file of measurements that is refused. The message is whole: which file, what is wrong, and the cure.
public final class MeasurementException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public MeasurementException(String message, Throwable cause) {
        super(message, cause);
    }

    public MeasurementException(String message) {
        super(message);
    }
}
