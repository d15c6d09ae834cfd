package dev.maskforge.engine.check;

import dev.maskforge.engine.Precision;

/// What an engine of a precision must reach.
///
/// @param agreement  the least share of clear pixels that have the reference's label, 0 to 1
/// @param layerError the relative error above which a layer is named as wrong, when the agreement falls short: some ten times
///                   what a sound engine of this precision shows in the middle of a network
public record Gate(double agreement, double layerError) {
    public static Gate of(Precision precision) {
        return switch (precision) {
            case FP32 -> new Gate(0.9999, 1e-3);
            case TF32 -> new Gate(0.999, 2e-2);
            case FP16 -> new Gate(0.999, 5e-2);
            case INT8 -> new Gate(0.99, 2e-1);
        };
    }
}
