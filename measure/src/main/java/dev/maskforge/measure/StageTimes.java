package dev.maskforge.measure;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// One run's time, stage by stage; what the stages take together is what the run took.
///
/// @param nanoseconds by stage, those that the run has
public record StageTimes(Map<Stage, Long> nanoseconds) {
    public StageTimes {
        if (nanoseconds.isEmpty()) {
            throw new IllegalArgumentException("a run has one stage at least");
        }
        nanoseconds.forEach((stage, time) -> {
            if (time < 0) {
                throw new IllegalArgumentException("stage " + stage + " cannot take " + time + " ns");
            }
        });
        nanoseconds = Collections.unmodifiableMap(new EnumMap<>(nanoseconds));
    }
}
