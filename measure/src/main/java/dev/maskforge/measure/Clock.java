package dev.maskforge.measure;

/// Tells the time. A test hands in one that it sets itself, so that what is measured is known.
@FunctionalInterface
public interface Clock {
    /// The machine's own, which never goes back.
    Clock SYSTEM = System::nanoTime;

    /// Nanoseconds since some moment that stays the same.
    long nanoseconds();
}
