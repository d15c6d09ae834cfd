package dev.maskforge.engine;

/// How an engine is built.
///
/// @param threads   that one run may use, at least 1
/// @param precision of the arithmetic
public record EngineOptions(int threads, Precision precision) {
    public EngineOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("an engine runs on at least one thread, not " + threads);
        }
    }

    /// As many threads as this process may use physical cores, since two threads of one core share its arithmetic; float32.
    public static EngineOptions standard() {
        return new EngineOptions(Processors.physicalCores(), Precision.FP32);
    }

    public EngineOptions withPrecision(Precision precision) {
        return new EngineOptions(threads, precision);
    }

    public EngineOptions withThreads(int threads) {
        return new EngineOptions(threads, precision);
    }
}
