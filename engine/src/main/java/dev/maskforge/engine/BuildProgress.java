package dev.maskforge.engine;

/// How far a build is, told by the one who builds, and whether anybody still wants it. Both may be called on any thread.
@FunctionalInterface
public interface BuildProgress {
    /// Says nothing, and never gives up.
    BuildProgress NONE = new BuildProgress() {
        @Override
        public void phase(String name, int step, int steps) {
            // nobody listens
        }
    };

    /// A phase of the work begins, or goes on.
    ///
    /// @param name  such as `timing tactics`
    /// @param step  steps of it that are done, 0 or more
    /// @param steps how many it has; 0 where that is not known
    void phase(String name, int step, int steps);

    /// Whether the build is to be given up. Who builds asks often, and ends with an [EngineException] soon after.
    default boolean isCancelled() {
        return false;
    }
}
