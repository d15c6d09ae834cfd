package dev.maskforge.measure;

/// What is measured: a model made ready in an engine.
public interface Subject {
    /// What its row is called.
    String name();

    /// Takes a picture from image to labels, by [Stopwatch] or by the engine's own marks. A subject measures itself, since
    /// where a stage ends is its engine's to know: one on a GPU waits for the device before it looks at the clock.
    ///
    /// @param picture which of its pictures; the numbers go up without end, and the subject takes them in turn
    StageTimes run(int picture, Clock clock);
}
