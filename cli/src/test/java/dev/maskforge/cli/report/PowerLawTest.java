package dev.maskforge.cli.report;

import dev.maskforge.cli.report.PowerLaw.Point;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PowerLawTest {
    @Test
    void whatIsOneIsFound() {
        PowerLaw law = PowerLaw.through(List.of(new Point(1, 3), new Point(4, 24), new Point(16, 192))).orElseThrow();
        assertEquals(3, law.factor(), 1e-12);
        assertEquals(1.5, law.exponent(), 1e-12);
        assertEquals(0, law.residual().orElseThrow(), 1e-12);
        assertEquals(81, law.at(9), 1e-9);
    }

    /// Deviations of 0.1, -0.2 and 0.1 from `y = x` at equal steps do not turn the line; their squares are 0.06, and three
    /// points less two for the line is one.
    @Test
    void theResidualIsTheRootOfTheMeanSquare() {
        PowerLaw law = PowerLaw
                .through(List.of(new Point(1, Math.exp(0.1)), new Point(Math.E, Math.exp(0.8)), new Point(Math.exp(2), Math.exp(2.1))))
                .orElseThrow();
        assertEquals(1, law.exponent(), 1e-12);
        assertEquals(1, law.factor(), 1e-12);
        assertEquals(Math.sqrt(0.06), law.residual().orElseThrow(), 1e-12);
    }

    @Test
    void throughTwoPointsThereIsAlwaysOne() {
        PowerLaw law = PowerLaw.through(List.of(new Point(1, 100), new Point(2, 50))).orElseThrow();
        assertEquals(-1, law.exponent(), 1e-12);
        assertEquals(OptionalDouble.empty(), law.residual());
    }

    @Test
    void atOnePlaceNothingGrows() {
        assertEquals(Optional.empty(), PowerLaw.through(List.of(new Point(2, 1), new Point(2, 3))));
        assertEquals(Optional.empty(), PowerLaw.through(List.of(new Point(1, 0), new Point(2, 3))));
    }
}
