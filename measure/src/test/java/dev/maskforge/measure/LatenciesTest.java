package dev.maskforge.measure;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// [Latencies], whose expectations are exact: sums and products of small whole numbers have no rounding.
class LatenciesTest {
    private static final Latencies FIVE = Latencies.ofNanoseconds(50, 20, 40, 10, 30);

    /// What `numpy.percentile([10, 20, 30, 40, 50], p)` says.
    @ParameterizedTest
    @CsvSource({"0, 10", "25, 20", "50, 30", "62.5, 35", "75, 40", "90, 46", "100, 50"})
    void percentilesAreNumpys(double percent, double nanoseconds) {
        assertEquals(nanoseconds, FIVE.percentile(percent));
    }

    @Test
    void anEvenNumberOfRunsHasItsMedianBetweenTwo() {
        assertEquals(25, Latencies.ofNanoseconds(10, 40, 20, 30).median());
    }

    @Test
    void sumsUp() {
        assertEquals(5, FIVE.count());
        assertEquals(10, FIVE.minimum());
        assertEquals(50, FIVE.maximum());
        assertEquals(30, FIVE.mean());
        assertEquals(30, FIVE.median());
        // The mean is 5, the squared differences from it are 9, 1, 1, 1, 0, 0, 4 and 16.
        assertEquals(Math.sqrt(32 / 7.0) / 5, Latencies.ofNanoseconds(2, 4, 4, 4, 5, 5, 7, 9).coefficientOfVariation());
        assertEquals(0.5, Latencies.ofNanoseconds(2, 4, 6).coefficientOfVariation());
    }

    @Test
    void oneRunIsItsOwnSummary() {
        Latencies one = Latencies.of(List.of(Duration.ofMillis(3)));
        for (double percent : new double[]{0, 50, 99, 100}) {
            assertEquals(3e6, one.percentile(percent));
        }
        assertEquals(3e6, one.mean());
        assertEquals(0, one.coefficientOfVariation());
    }

    @Test
    void runsThatTookNoTimeVaryByNothing() {
        assertEquals(0, Latencies.ofNanoseconds(0, 0).coefficientOfVariation());
    }

    @Test
    void hoursDoNotOverflow() {
        long hundredYears = Duration.ofDays(36_500).toNanos();
        assertEquals((double) hundredYears, Latencies.ofNanoseconds(hundredYears, hundredYears, hundredYears, hundredYears).mean());
    }

    @Test
    void keepsTheOrderAndCannotBeChanged() {
        long[] given = {3, 1, 2};
        Latencies latencies = Latencies.ofNanoseconds(given);
        given[0] = 9;
        latencies.nanoseconds()[1] = 9;
        assertArrayEquals(new long[]{3, 1, 2}, latencies.nanoseconds());
        assertEquals(Latencies.ofNanoseconds(3, 1, 2), latencies);
        assertNotEquals(Latencies.ofNanoseconds(1, 2, 3), latencies);
    }

    @Test
    void refusesWhatIsNoTime() {
        assertThrows(IllegalArgumentException.class, () -> Latencies.ofNanoseconds());
        assertThrows(IllegalArgumentException.class, () -> Latencies.ofNanoseconds(1, -1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 100.1, Double.NaN})
    void refusesPercentilesThatAreNone(double percent) {
        assertThrows(IllegalArgumentException.class, () -> FIVE.percentile(percent));
    }
}
