package dev.maskforge.engine;

import java.util.Locale;

/// The arithmetic of an engine.
public enum Precision {
    /// IEEE float32 throughout; TF32 is off.
    FP32,
    /// Products of float32 with 10 bits of mantissa, summed in float32.
    TF32,
    /// IEEE half, with islands of float32 where half does not hold what is computed.
    FP16,
    /// Convolutions and large linear layers on integers of 8 bits, by ranges that were measured; the rest is float32. The
    /// graph itself says where ([dev.maskforge.passes.quantize.InsertQuantization]).
    INT8;

    /// Such as `fp32`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
