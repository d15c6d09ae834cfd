package dev.maskforge.measure;

import java.util.Optional;

/// How often what is run.
///
/// @param warmups runs of each subject before the first that counts
/// @param runs    that count, of each subject, shared among the rounds
/// @param rounds  turns that each subject gets: all subjects have had one before any gets the next
/// @param enough  ends a round early when the 95 % interval of the median of all runs so far is narrower than this share of
///                the median; a round has [#FEWEST_RUNS_A_ROUND] runs at least
public record Protocol(int warmups, int runs, int rounds, Optional<Double> enough) {
    /// Below three rounds a ratio has no spread worth the name.
    public static final int FEWEST_ROUNDS = 3;
    static final int FEWEST_RUNS_A_ROUND = 3;
    private static final int MOST = 1_000_000;

    public Protocol {
        if (warmups < 0 || warmups > MOST) {
            throw new IllegalArgumentException("a protocol has 0 to " + MOST + " warm-ups, not " + warmups);
        }
        if (rounds < 1 || runs < rounds || runs > MOST) {
            throw new IllegalArgumentException(
                    "a protocol has one round at least, and in each a run, up to " + MOST + "; not " + runs + " in " + rounds);
        }
        if (enough.isPresent() && !(enough.get() > 0 && enough.get() < 1)) {
            throw new IllegalArgumentException("an interval is wide enough at a share between 0 and 1, not " + enough.get());
        }
    }

    /// For engines that take seconds: 5 warm-ups, then 3 rounds of 10 runs, each until the median is known to 2 %.
    public static Protocol shorter() {
        return new Protocol(5, 30, FEWEST_ROUNDS, Optional.of(0.02));
    }

    /// 50 warm-ups and 180 runs, as MaskFormer's and Mask2Former's engines were published with, in 3 rounds.
    public static Protocol published() {
        return new Protocol(50, 180, FEWEST_ROUNDS, Optional.empty());
    }

    /// The same with as many runs, all of which are made.
    public Protocol withRuns(int runs) {
        return new Protocol(warmups, runs, rounds, Optional.empty());
    }

    public Protocol withWarmups(int warmups) {
        return new Protocol(warmups, runs, rounds, enough);
    }

    /// How many runs a round has, at most; the first rounds take what cannot be shared evenly.
    ///
    /// @param round from 0
    int runsOf(int round) {
        return runs / rounds + (round < runs % rounds ? 1 : 0);
    }
}
