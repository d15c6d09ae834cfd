package dev.maskforge.engine;

import java.util.Locale;
import java.util.Optional;

/// What an engine computes on.
///
/// @param kind   processor or graphics card
/// @param name   such as `AMD EPYC` or `NVIDIA H200`
/// @param driver the version of its driver, if it has one
/// @param clocks how fast it was found to be clocked and what governs that, if it says
public record Device(Kind kind, String name, Optional<String> driver, Optional<String> clocks) {
    /// What kinds there are.
    public enum Kind {
        CPU, GPU;

        /// Such as `cpu`.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// This machine's processor; what Linux does not say of it is left out.
    public static Device processor() {
        return new Device(Kind.CPU, Processors.name(), Optional.empty(), Processors.clocks());
    }
}
