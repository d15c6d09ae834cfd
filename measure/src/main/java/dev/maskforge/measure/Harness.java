package dev.maskforge.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Runs subjects against each other: warm-ups, then rounds in which each has its turn, A B A B A B, so that what changes in
/// the machine meets all of them.
///
/// Where there are several subjects, a turn begins with one run that does not count: caches and cores have just served
/// another. All subjects see the same pictures in the same order, no two runs of one in a row the same picture.
public final class Harness {
    private final Clock clock;
    private final Protocol protocol;
    private final Progress progress;

    public Harness(Clock clock, Protocol protocol, Progress progress) {
        this.clock = clock;
        this.protocol = protocol;
        this.progress = progress;
    }

    /// Is told how far the work is. It may take its time: nothing is being measured.
    public interface Progress {
        /// Says nothing.
        Progress NONE = new Progress() {
        };

        /// A subject's warm-ups begin.
        default void warmingUp(Subject subject) {
        }

        /// A turn has ended.
        ///
        /// @param round  from 0
        /// @param soFar  all runs of the subject that count, from image to labels
        default void turnDone(Subject subject, int round, Latencies soFar) {
        }
    }

    /// Measures subjects; one series each, in their order.
    public List<Series> measure(List<? extends Subject> subjects) {
        List<Turns> all = subjects.stream().map(Turns::new).toList();
        for (Turns turns : all) {
            progress.warmingUp(turns.subject);
            turns.runUncounted(protocol.warmups());
        }
        for (int round = 0; round < protocol.rounds(); round++) {
            for (Turns turns : all) {
                if (all.size() > 1) {
                    turns.runUncounted(1);
                }
                turns.take(round);
                progress.turnDone(turns.subject, round, turns.soFar());
            }
        }
        return all.stream().map(turns -> new Series(turns.subject.name(), turns.rounds)).toList();
    }

    /// One subject's turns.
    private final class Turns {
        private final Subject subject;
        private final List<List<StageTimes>> rounds = new ArrayList<>();
        private int picture;

        Turns(Subject subject) {
            this.subject = subject;
        }

        void runUncounted(int times) {
            for (int i = 0; i < times; i++) {
                run();
            }
        }

        void take(int round) {
            List<StageTimes> runs = new ArrayList<>();
            rounds.add(runs);
            while (runs.size() < protocol.runsOf(round) && !isEnough(runs)) {
                runs.add(run());
            }
        }

        private StageTimes run() {
            return subject.run(picture++, clock);
        }

        private boolean isEnough(List<StageTimes> runs) {
            if (protocol.enough().isEmpty() || runs.size() < Protocol.FEWEST_RUNS_A_ROUND) {
                return false;
            }
            Latencies soFar = soFar();
            Optional<MedianInterval> interval = MedianInterval.of(soFar);
            return interval.isPresent() && interval.get().widthOf(soFar) < protocol.enough().get();
        }

        Latencies soFar() {
            Stream<StageTimes> runs = rounds.stream().flatMap(List::stream);
            return Latencies.ofNanoseconds(runs.mapToLong(Span.IMAGE_TO_LABELS::of).toArray());
        }
    }
}
