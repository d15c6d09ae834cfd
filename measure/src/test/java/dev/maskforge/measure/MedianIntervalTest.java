package dev.maskforge.measure;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class MedianIntervalTest {
    /// The ranks are those of tables for the sign test at 5 %, both sides.
    @ParameterizedTest
    @CsvSource({"6, 1", "8, 1", "9, 2", "10, 2", "20, 6", "30, 10", "50, 18", "100, 40", "180, 77", "10000, 4902"})
    void ranksAreTheSignTests(int runs, int rank) {
        Latencies latencies = Latencies.ofNanoseconds(LongStream.rangeClosed(1, runs).map(run -> runs + 1 - run).toArray());
        MedianInterval interval = MedianInterval.of(latencies).orElseThrow();
        assertEquals(new MedianInterval(rank, runs + 1 - rank), interval);
        assertEquals((runs + 1 - 2.0 * rank) / ((runs + 1) / 2.0), interval.widthOf(latencies), 1e-12);
    }

    @Test
    void fiveRunsSayTooLittle() {
        assertEquals(Optional.empty(), MedianInterval.of(Latencies.ofNanoseconds(1, 2, 3, 4, 5)));
    }
}
