package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// A leak is seen, and what has been given back is not taken for one. The heap of this process grows and shrinks by some 10 MiB, too:
/// the tolerance is a quarter of what is looked for.
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
    private static final int PIECE = 64 << 10;
    private static final int PIECES = 4096;
    private static final long ALL = (long) PIECE * PIECES;
    private static final long TOLERANCE = ALL / 4;

    @Test
    void whatIsHeldIsSeenAndWhatWentBackIsNot() throws IOException {
        long residentBefore = NativeMemory.residentBytes();
        long mallocBefore = NativeMemory.mallocBytes().orElse(0L);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < PIECES; i++) {
                arena.allocate(PIECE).fill((byte) 1);
            }
            long resident = NativeMemory.residentBytes() - residentBefore;
            assertTrue(resident >= ALL - TOLERANCE, "resident grows by " + resident);
            NativeMemory.mallocBytes().ifPresent(bytes -> assertTrue(bytes - mallocBefore >= ALL - TOLERANCE, "malloc's: " + bytes));
        }
        long resident = NativeMemory.residentBytes() - residentBefore;
        assertTrue(resident <= TOLERANCE, "resident still has " + resident);
        NativeMemory.mallocBytes().ifPresent(bytes -> assertTrue(bytes - mallocBefore <= TOLERANCE, "malloc's: " + bytes));
    }
}
