package dev.maskforge.measure;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.text.GraphText;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class CeilingsTest {
    private static final GraphCost PRODUCT = GraphCost.of(GraphText.parse("""
            (a: float32[10, 20], b: float32[20, 30]) -> (y) {
              y = MatMul(a, b)
            }
            """), Map.of());

    @Test
    void theFloorIsTheSlowerOfComputingAndMoving() {
        assertEquals(12_000 / 4e3, new Ceilings(1e3, 4e3, 1e9).floorOf(PRODUCT.total().productFlops(), PRODUCT.compulsoryBytes()));
        assertEquals(4.0 * (200 + 600 + 300) / 1e2,
                new Ceilings(1e6, 4e3, 1e2).floorOf(PRODUCT.total().productFlops(), PRODUCT.compulsoryBytes()));
    }

    @Test
    void ratesArePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Ceilings(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Ceilings(1, Double.POSITIVE_INFINITY, 1));
        assertThrows(IllegalArgumentException.class, () -> new Ceilings(1, 1, Double.NaN));
    }

    /// A clock that goes on by a second whenever it is read: each run takes one.
    @Test
    void ratesAreWhatWasComputedOverTheTimeItTook() {
        long[] seconds = {0};
        CeilingsMeter meter = new CeilingsMeter(() -> 1_000_000_000L * seconds[0]++, new CeilingsMeter.Effort(8, 2, 3, 4, 3, 2, 1000));
        Ceilings ceilings = meter.measure(Engines.named("reference"), EngineOptions.standard().withThreads(3));
        assertEquals(new Ceilings(3 * 2.0 * 8 * 8 * 8, 3 * 2.0 * 2 * 2 * 9 * 3 * 4, 2 * 999), ceilings);
    }
}
