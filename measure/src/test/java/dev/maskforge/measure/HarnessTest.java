package dev.maskforge.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The bench measures itself: what subjects take is known, so what is said of them can be held against it.
class HarnessTest {
    private static final long MILLISECOND = 1_000_000;

    private final ManualClock clock = new ManualClock();

    private List<Series> measure(Protocol protocol, Subject... subjects) {
        return new Harness(clock, protocol, Harness.Progress.NONE).measure(List.of(subjects));
    }

    private static Protocol all(int warmups, int runs) {
        return new Protocol(warmups, runs, 3, Optional.empty());
    }

    @Test
    void subjectsTakeTurnsAndSeeThePicturesInTurn() {
        List<String> diary = new ArrayList<>();
        List<Series> series = measure(all(2, 5), new FakeSubject("a", clock, _ -> 10, diary), new FakeSubject("b", clock, _ -> 20, diary));
        // Two warm-ups each, then turns of 2, 2 and 1 runs, each behind one that does not count.
        assertEquals("a0 a1 b0 b1 a2 a3 a4 b2 b3 b4 a5 a6 a7 b5 b6 b7 a8 a9 b8 b9", String.join(" ", diary));
        assertEquals(List.of(2, 2, 1), series.getFirst().rounds().stream().map(List::size).toList());
        assertEquals(List.of("a", "b"), series.stream().map(Series::subject).toList());
    }

    @Test
    void aSubjectAloneRunsNothingBetweenItsRounds() {
        List<String> diary = new ArrayList<>();
        measure(all(1, 3), new FakeSubject("a", clock, _ -> 10, diary));
        assertEquals(List.of("a0", "a1", "a2", "a3"), diary);
    }

    @Test
    void percentilesAreExactAndStagesAddUp() {
        // Runs of 1, 2, …, 21 ms in an order that is not theirs, behind 5 warm-ups of a second.
        Series series = measure(all(5, 21), new FakeSubject("a", clock,
                run -> run < 5 ? 1000 * MILLISECOND : (run * 8 % 21 + 1) * MILLISECOND)).getFirst();
        Latencies total = series.of(Span.IMAGE_TO_LABELS);
        assertEquals(21, total.count());
        assertEquals(1 * MILLISECOND, total.minimum());
        assertEquals(11 * MILLISECOND, total.median());
        assertEquals(19 * MILLISECOND, total.percentile(90));
        assertEquals(20.8 * MILLISECOND, total.percentile(99), 1e-6);
        assertEquals(11 * MILLISECOND, total.mean());
        assertEquals(11 * MILLISECOND * 9 / 10, series.of(Span.ENGINE_ONLY).median());
        assertEquals(Set.of(Stage.PREPROCESS, Stage.COMPUTE), series.stages());
        assertEquals(total.mean(), series.of(Stage.PREPROCESS).mean() + series.of(Stage.COMPUTE).mean());
    }

    @Test
    void aRoundEndsWhenTheMedianIsKnown() {
        // An interval takes 6 runs, and each round has 3 at least.
        Series steady = measure(Protocol.shorter(), new FakeSubject("a", clock, _ -> 100 * MILLISECOND)).getFirst();
        assertEquals(List.of(6, 3, 3), steady.rounds().stream().map(List::size).toList());
        Series noisy = measure(Protocol.shorter(), new FakeSubject("a", clock, run -> (100 + run % 10) * MILLISECOND)).getFirst();
        assertEquals(List.of(10, 10, 10), noisy.rounds().stream().map(List::size).toList());
        // The machine slows down after the first round: the others go on until the median is known again.
        Series slowed = measure(Protocol.shorter(), new FakeSubject("a", clock, run -> (run < 11 ? 100 : 110) * MILLISECOND)).getFirst();
        assertEquals(List.of(6, 10, 7), slowed.rounds().stream().map(List::size).toList());
        Series asked = measure(Protocol.shorter().withRuns(30), new FakeSubject("a", clock, _ -> 100 * MILLISECOND)).getFirst();
        assertEquals(List.of(10, 10, 10), asked.rounds().stream().map(List::size).toList());
    }

    private Ratio ratio(Subject first, Subject other) {
        List<Series> series = measure(all(0, 9), first, other);
        return Ratio.of(series.get(0), series.get(1), Span.IMAGE_TO_LABELS);
    }

    private FakeSubject constant(long nanoseconds) {
        return new FakeSubject("constant", clock, _ -> nanoseconds);
    }

    @Test
    void ratiosAreExact() {
        assertEquals(new Ratio(2, 0), ratio(constant(200), constant(100)));
        assertFalse(ratio(constant(200), constant(100)).isTie());
        assertFalse(ratio(constant(100), constant(200)).isTie());
    }

    @Test
    void lessThanFivePercentIsATie() {
        assertTrue(ratio(constant(10_490), constant(10_000)).isTie());
        assertTrue(ratio(constant(10_000), constant(10_490)).isTie());
        assertFalse(ratio(constant(10_510), constant(10_000)).isTie());
        assertFalse(ratio(constant(10_000), constant(10_510)).isTie());
    }

    @Test
    void lessThanTheMediansAreSureOfIsATie() {
        // Every round has runs of 90, 100 and 110; of nine, the second from either end are 90 and 110.
        FakeSubject other = new FakeSubject("noisy", clock, run -> 900 + 100 * (run % 4 % 3));
        Ratio ratio = ratio(constant(1090), other);
        assertEquals(new Ratio(1.09, 0.1), ratio);
        assertTrue(ratio.isTie());
    }

    @Test
    void lessThanTheRoundsDifferIsATie() {
        // One run before each round does not count, so the rounds are runs 1 to 3, 5 to 7 and 9 to 11.
        long[] byRound = {100, 120, 140};
        FakeSubject other = new FakeSubject("wavering", clock, run -> 10 * byRound[run / 4]);
        Ratio ratio = ratio(constant(1400), other);
        assertEquals(1400.0 / 1200, ratio.speedup(), 1e-12);
        assertEquals((1.4 - 1.0) / (1400.0 / 1200), ratio.spread(), 1e-12);
        assertTrue(ratio.isTie(), ratio::toString);
    }

    /// With one run of 20 three times as long, as a busy machine makes them.
    @ParameterizedTest
    @CsvSource({"0.05, 200", "0.1, 198"})
    void aAgainstItselfIsATie(double noise, int atLeast) {
        int ties = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Series> series = measure(Protocol.shorter(), noisy("a", noise, random), noisy("a again", noise, random));
            ties += Ratio.of(series.get(0), series.get(1), Span.IMAGE_TO_LABELS).isTie() ? 1 : 0;
        }
        System.out.println(ties + " of 200 times A was A, with noise of " + noise);
        assertTrue(ties >= atLeast, ties + " of 200");
    }

    private FakeSubject noisy(String name, double noise, Random random) {
        return new FakeSubject(name, clock, _ -> {
            double usual = 100 * MILLISECOND * (1 - noise + 2 * noise * random.nextDouble());
            return (long) (random.nextInt(20) == 0 ? 3 * usual : usual);
        });
    }

    @Test
    void anEngineOfTwentyMillisecondsIsReportedAsExactlyThat() {
        Latencies total = measure(all(3, 9), new FakeSubject("20 ms", clock, _ -> 20 * MILLISECOND)).getFirst().of(Span.IMAGE_TO_LABELS);
        assertEquals(20 * MILLISECOND, total.minimum());
        assertEquals(20 * MILLISECOND, total.median());
        assertEquals(20 * MILLISECOND, total.percentile(99));
        assertEquals(0, total.coefficientOfVariation());
    }

    /// The one test here that takes real time, 0.3 s. Where others hold the processors, a run takes longer than it asks for;
    /// then it is that longer time that is to be reported. The engine looks at the same clock within the stage's marks, so
    /// what is between is the harness's own, and 5 % of 20 ms is a millisecond: more than it takes to be put aside once, which
    /// moves no median.
    @Test
    void byTheRealClockAnEngineIsReportedAsWhatItTook() {
        List<Long> taken = new ArrayList<>();
        Subject subject = new Subject() {
            @Override
            public String name() {
                return "20 ms";
            }

            @Override
            public StageTimes run(int picture, Clock real) {
                Stopwatch watch = Stopwatch.start(real);
                long start = real.nanoseconds();
                take(20 * MILLISECOND);
                taken.add(real.nanoseconds() - start);
                watch.end(Stage.COMPUTE);
                return watch.times();
            }
        };
        int warmups = 4;
        Latencies reported = new Harness(Clock.SYSTEM, all(warmups, 9), Harness.Progress.NONE).measure(List.of(subject)).getFirst()
                .of(Span.ENGINE_ONLY);
        Latencies own = Latencies
                .ofNanoseconds(taken.subList(warmups, taken.size()).stream().mapToLong(Long::longValue).toArray());
        System.out.printf(Locale.ROOT, "an engine that took %.3f ms is reported as %.3f ms%n", own.median() / MILLISECOND,
                reported.median() / MILLISECOND);
        assertEquals(own.count(), reported.count());
        assertTrue(own.minimum() >= 20 * MILLISECOND, own::toString);
        assertEquals(own.median(), reported.median(), 0.05 * own.median());
    }

    private static void take(long nanoseconds) {
        long end = System.nanoTime() + nanoseconds;
        while (end - System.nanoTime() > MILLISECOND) {
            LockSupport.parkNanos(end - System.nanoTime() - MILLISECOND / 2);
        }
        while (end - System.nanoTime() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void decodingIsNoPartOfTheTotals() {
        StageTimes times = new StageTimes(Map.of(Stage.DECODE, 1L, Stage.PREPROCESS, 10L, Stage.TRANSFER_IN, 100L, Stage.COMPUTE, 1_000L,
                Stage.HEAD, 10_000L, Stage.TRANSFER_OUT, 100_000L, Stage.POSTPROCESS, 1_000_000L));
        assertEquals(1_111_110, Span.IMAGE_TO_LABELS.of(times));
        assertEquals(11_000, Span.ENGINE_ONLY.of(times));
    }
}
