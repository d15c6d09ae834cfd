package dev.maskforge.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What was measured of one subject at one size.
///
/// @param subject     what its row is called
/// @param setup       what ran where
/// @param preparation what it took to make it ready
/// @param protocol    how often it was asked to run
/// @param pictures    that it saw
/// @param nanoseconds of every run that counts, by stage, round and run. All stages have the same rounds, save decoding:
///                    files are decoded apart from the runs
/// @param work        what a run computes, if the graph is known
/// @param fidelity    how far it agrees with a reference, if there was one
public record Result(String subject, Setup setup, Preparation preparation, Protocol protocol, Pictures pictures,
        Map<Stage, List<List<Long>>> nanoseconds, Optional<Work> work, Optional<Fidelity> fidelity) {
    /// The pictures that subjects are shown in turn.
    ///
    /// @param source where they come from
    /// @param count  how many
    public record Pictures(String source, int count) {
        public Pictures {
            Checks.text("source", source);
            Checks.size("count", count);
        }
    }

    public Result {
        Checks.text("subject", subject);
        Map<Stage, List<List<Long>>> copy = new EnumMap<>(Stage.class);
        nanoseconds.forEach((stage, rounds) -> copy.put(stage,
                Checks.list("stage " + stage, rounds).stream().map(round -> Checks.list("stage " + stage, round)).toList()));
        nanoseconds = Collections.unmodifiableMap(copy);
        Checks.require(nanoseconds.containsKey(Stage.COMPUTE), "no run computes anything");
        List<Integer> runs = runsByRound(copy.getOrDefault(Stage.COMPUTE, List.of()));
        copy.forEach((stage, rounds) -> {
            Checks.require(!rounds.isEmpty() && rounds.stream().noneMatch(List::isEmpty), "stage " + stage + " has a round without runs");
            Checks.require(stage == Stage.DECODE || runsByRound(rounds).equals(runs),
                    "stage " + stage + " has not the rounds that stage " + Stage.COMPUTE + " has");
            // What a run computes takes time; else nothing could be divided by it. The other stages may be too short for the clock.
            long shortest = stage == Stage.COMPUTE ? 1 : 0;
            rounds.forEach(round -> round.forEach(time -> Checks.require(time >= shortest && time < Long.MAX_VALUE / 1_000_000,
                    "stage " + stage + " cannot take " + time + " ns")));
        });
    }

    private static List<Integer> runsByRound(List<List<Long>> rounds) {
        return rounds.stream().map(List::size).toList();
    }

    /// The times of a series as a result has them.
    ///
    /// @param decode of the pictures' files; empty if they are no files
    public static Map<Stage, List<List<Long>>> nanoseconds(Series series, Optional<Latencies> decode) {
        Map<Stage, List<List<Long>>> nanoseconds = new HashMap<>();
        for (Stage stage : series.stages()) {
            nanoseconds.put(stage, series.rounds().stream()
                    .map(round -> round.stream().map(run -> run.nanoseconds().getOrDefault(stage, 0L)).toList()).toList());
        }
        decode.ifPresent(latencies -> {
            List<Long> files = new ArrayList<>();
            for (long time : latencies.nanoseconds()) {
                files.add(time);
            }
            nanoseconds.put(Stage.DECODE, List.of(files));
        });
        return nanoseconds;
    }

    /// The runs that count.
    public Series series() {
        List<List<StageTimes>> rounds = new ArrayList<>();
        List<List<Long>> compute = nanoseconds.getOrDefault(Stage.COMPUTE, List.of());
        for (int round = 0; round < compute.size(); round++) {
            List<StageTimes> runs = new ArrayList<>();
            for (int run = 0; run < compute.get(round).size(); run++) {
                runs.add(run(round, run));
            }
            rounds.add(runs);
        }
        return new Series(subject, rounds);
    }

    private StageTimes run(int round, int run) {
        Map<Stage, Long> times = new EnumMap<>(Stage.class);
        nanoseconds.forEach((stage, rounds) -> {
            if (stage != Stage.DECODE) {
                times.put(stage, rounds.get(round).get(run));
            }
        });
        return new StageTimes(times);
    }

    /// How long the pictures' files took to decode, one by one.
    public Optional<Latencies> decode() {
        return Optional.ofNullable(nanoseconds.get(Stage.DECODE))
                .map(rounds -> Latencies.ofNanoseconds(rounds.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray()));
    }

    /// Which share of the time the floor is: 1 is as fast as the machine can.
    public Optional<Double> shareOfFloor(Span span) {
        return work.map(each -> each.floorSeconds() * 1e9 / series().of(span).median());
    }
}
