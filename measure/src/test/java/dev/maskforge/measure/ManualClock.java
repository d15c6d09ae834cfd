package dev.maskforge.measure;

/// A clock that stands still until it is set forward.
final class ManualClock implements Clock {
    private long now = 1_000_000_007;

    void advance(long nanoseconds) {
        now += nanoseconds;
    }

    @Override
    public long nanoseconds() {
        return now;
    }
}
