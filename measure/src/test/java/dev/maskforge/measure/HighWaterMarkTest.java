package dev.maskforge.measure;

import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class HighWaterMarkTest {
    private static final long BYTES = 96 << 20;

    /// Other threads of the JVM come and go, so some megabytes more or less are nobody's.
    @Test
    void memoryThatCameAndWentIsCountedOnce() {
        Optional<Preparation.Memory> used = peakOf(BYTES);
        assumeTrue(used.isPresent(), "this system keeps no high-water mark that can be set back");
        assertEquals(Preparation.Memory.Of.SUBJECT, used.orElseThrow().of());
        assertTrue(used.orElseThrow().bytes() > BYTES / 2 && used.orElseThrow().bytes() < 2 * BYTES, used::toString);
        Optional<Preparation.Memory> next = peakOf(1);
        assertTrue(next.orElseThrow().bytes() < BYTES / 2, next::toString);
    }

    private static Optional<Preparation.Memory> peakOf(long bytes) {
        HighWaterMark mark = HighWaterMark.start();
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(bytes).fill((byte) 1);
        }
        return mark.sinceStart();
    }
}
