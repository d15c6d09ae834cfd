package dev.maskforge.engine;

/// Whether a runtime is here.
public sealed interface Availability {
    /// It is.
    ///
    /// @param version of the runtime
    /// @param details where it lies and what it runs on
    record Available(String version, String details) implements Availability {}

    /// It is not.
    ///
    /// @param reason what is missing
    /// @param cure   what to do about it
    record Missing(String reason, String cure) implements Availability {}
}
