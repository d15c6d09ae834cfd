package dev.maskforge.measure;

import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class StopwatchTest {
    @Test
    void theTimeBetweenMarksIsTheStagesThatEnds() {
        ManualClock clock = new ManualClock();
        Stopwatch watch = Stopwatch.start(clock);
        clock.advance(5);
        watch.end(Stage.TRANSFER_IN);
        clock.advance(7);
        watch.end(Stage.COMPUTE);
        clock.advance(11);
        watch.end(Stage.TRANSFER_IN);
        assertEquals(new StageTimes(Map.of(Stage.TRANSFER_IN, 16L, Stage.COMPUTE, 7L)), watch.times());
    }

    @Test
    void whatOthersHaveTimedIsTheirsAndTheRestAStages() {
        ManualClock clock = new ManualClock();
        Stopwatch watch = Stopwatch.start(clock);
        clock.advance(100);
        watch.end(Stage.COMPUTE);
        clock.advance(3);
        watch.end(Stage.POSTPROCESS);
        clock.advance(1000);
        watch.divide(Stage.COMPUTE, Map.of(Stage.TRANSFER_IN, 10L, Stage.COMPUTE, 70L), Stage.TRANSFER_IN);
        assertEquals(new StageTimes(Map.of(Stage.TRANSFER_IN, 30L, Stage.COMPUTE, 70L, Stage.POSTPROCESS, 3L)), watch.times(),
                "asking those others is not of the run");
    }

    @Test
    void whereTwoClocksDisagreeThePartsStand() {
        ManualClock clock = new ManualClock();
        Stopwatch watch = Stopwatch.start(clock);
        clock.advance(5);
        watch.end(Stage.COMPUTE);
        watch.divide(Stage.COMPUTE, Map.of(Stage.COMPUTE, 6L), Stage.TRANSFER_IN);
        assertEquals(new StageTimes(Map.of(Stage.TRANSFER_IN, 0L, Stage.COMPUTE, 6L)), watch.times());
    }

    @Test
    void whatHasNotEndedHasNoParts() {
        Stopwatch watch = Stopwatch.start(new ManualClock());
        assertThrows(IllegalStateException.class, () -> watch.divide(Stage.COMPUTE, Map.of(Stage.COMPUTE, 6L), Stage.TRANSFER_IN));
    }

    @Test
    void aRunWithoutStagesIsNone() {
        Stopwatch watch = Stopwatch.start(new ManualClock());
        assertThrows(IllegalArgumentException.class, watch::times);
    }
}
