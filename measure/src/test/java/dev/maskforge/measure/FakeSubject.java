package dev.maskforge.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/// Takes as long as it is told, of which a tenth is preprocessing.
final class FakeSubject implements Subject {
    private final String name;
    private final ManualClock clock;
    private final IntToLongFunction nanoseconds;
    private final List<String> diary;
    private int runs;

    /// @param nanoseconds by the number of the run, from 0, warm-ups included; a multiple of 10
    /// @param diary       where each run leaves a line
    FakeSubject(String name, ManualClock clock, IntToLongFunction nanoseconds, List<String> diary) {
        this.name = name;
        this.clock = clock;
        this.nanoseconds = nanoseconds;
        this.diary = diary;
    }

    FakeSubject(String name, ManualClock clock, IntToLongFunction nanoseconds) {
        this(name, clock, nanoseconds, new ArrayList<>());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public StageTimes run(int picture, Clock given) {
        diary.add(name + picture);
        long time = nanoseconds.applyAsLong(runs++);
        Stopwatch watch = Stopwatch.start(given);
        clock.advance(time / 10);
        watch.end(Stage.PREPROCESS);
        clock.advance(time - time / 10);
        watch.end(Stage.COMPUTE);
        clock.advance(1_000); // what comes after the last stage belongs to nobody
        return watch.times();
    }
}
