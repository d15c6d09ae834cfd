package dev.maskforge.passes.quantize;

/// The numbers that 256 integers stand for, evenly: from the minimum to the maximum, zero among them. What lies beyond is
/// cut off.
///
/// @param minimum at most 0
/// @param maximum at least 0
public record Range(float minimum, float maximum) {
    private static final int STEPS = 255;

    public Range {
        if (!(minimum <= 0 && maximum >= 0 && Float.isFinite(maximum - minimum))) {
            throw new IllegalArgumentException("a range holds 0 and has finite ends, unlike [" + minimum + ", " + maximum + "]");
        }
    }

    /// The range that holds these and 0.
    static Range holding(float low, float high) {
        return new Range(Math.min(low, 0), Math.max(high, 0));
    }

    /// How far two neighbouring integers are apart; 1 for a value that is always 0.
    float step() {
        float step = (maximum - minimum) / STEPS;
        return step > Float.MIN_NORMAL ? step : 1;
    }

    /// The uint8 that stands for 0: exactly, since padding and ReLU give exact zeros.
    int zeroPoint() {
        return Math.clamp(Math.round(-minimum / step()), 0, STEPS);
    }
}
