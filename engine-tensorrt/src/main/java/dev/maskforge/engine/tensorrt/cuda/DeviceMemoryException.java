package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;

/// The device has too little memory left. That may pass: other programs hold memory too.
public final class DeviceMemoryException extends EngineException {
    private static final long serialVersionUID = 1L;
    private static final String CURE = "; use a smaller picture, batch or profile, or end other programs on the GPU";

    private final String failure;

    /// @param failure what failed, and what was said of it; the cure follows
    public DeviceMemoryException(String failure) {
        super(failure + CURE);
        this.failure = failure;
    }

    /// The message without the cure, for one that tells of several failures.
    public String failure() {
        return failure;
    }
}
