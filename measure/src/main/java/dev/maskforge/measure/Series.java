package dev.maskforge.measure;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The runs of one subject.
///
/// @param subject its name
/// @param rounds  of runs, in the order in which they ran; none is empty
public record Series(String subject, List<List<StageTimes>> rounds) {
    public Series {
        rounds = rounds.stream().map(List::copyOf).toList();
        if (rounds.isEmpty() || rounds.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a series has one round at least, and no round without runs");
        }
    }

    /// The stages that occur.
    public Set<Stage> stages() {
        Set<Stage> stages = new TreeSet<>();
        runs().forEach(run -> stages.addAll(run.nanoseconds().keySet()));
        return stages;
    }

    public Latencies of(Span span) {
        return latencies(runs(), span);
    }

    /// Of one stage, in the runs that have it.
    ///
    /// @throws IllegalArgumentException if none has
    public Latencies of(Stage stage) {
        return Latencies.ofNanoseconds(
                runs().flatMap(run -> Stream.ofNullable(run.nanoseconds().get(stage))).mapToLong(Long::longValue).toArray());
    }

    /// Of one round.
    ///
    /// @param round from 0
    public Latencies of(Span span, int round) {
        return latencies(rounds.get(round).stream(), span);
    }

    private Stream<StageTimes> runs() {
        return rounds.stream().flatMap(List::stream);
    }

    private static Latencies latencies(Stream<StageTimes> runs, Span span) {
        return Latencies.ofNanoseconds(runs.mapToLong(span::of).toArray());
    }
}
