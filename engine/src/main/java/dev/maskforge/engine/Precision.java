package dev.maskforge.engine;

import java.util.Locale;

/// The arithmetic of an engine.
public enum Precision {
    /// IEEE float32 throughout; TF32 is off.
    FP32;

    /// Such as `fp32`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
