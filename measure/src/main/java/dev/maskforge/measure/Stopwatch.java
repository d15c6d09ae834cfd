package dev.maskforge.measure;

import java.util.EnumMap;
import java.util.Map;

/// Times the stages of one run: from mark to mark, so that nothing between them is lost.
public final class Stopwatch {
    private final Clock clock;
    private final Map<Stage, Long> nanoseconds = new EnumMap<>(Stage.class);
    private long mark;

    private Stopwatch(Clock clock) {
        this.clock = clock;
        this.mark = clock.nanoseconds();
    }

    public static Stopwatch start(Clock clock) {
        return new Stopwatch(clock);
    }

    /// The time since the last mark, or the start, was this stage's. A stage may end several times.
    public void end(Stage stage) {
        long now = clock.nanoseconds();
        nanoseconds.merge(stage, now - mark, Long::sum);
        mark = now;
    }

    /// What a stage has taken so far went into parts that somebody else has timed, which may be known later than the next mark, and
    /// what is left of it into one stage more. Where two clocks disagree and nothing is left, the parts stand. Once a run: a part may
    /// have the name of the whole.
    ///
    /// @throws IllegalStateException if the stage has not ended
    public void divide(Stage whole, Map<Stage, Long> parts, Stage rest) {
        Long taken = nanoseconds.remove(whole);
        if (taken == null) {
            throw new IllegalStateException("stage " + whole + " has not ended");
        }
        long left = taken;
        for (Map.Entry<Stage, Long> part : parts.entrySet()) {
            nanoseconds.merge(part.getKey(), part.getValue(), Long::sum);
            left -= part.getValue();
        }
        nanoseconds.merge(rest, Math.max(0, left), Long::sum);
    }

    /// What has been measured so far.
    public StageTimes times() {
        return new StageTimes(nanoseconds);
    }
}
