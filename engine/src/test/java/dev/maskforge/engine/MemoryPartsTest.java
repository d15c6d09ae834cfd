package dev.maskforge.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MemoryPartsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 524_287, 524_288, 1_572_864, 6_291_457})
    void copiesEveryByteAndNoOther(int bytes) {
        byte[] from = new byte[bytes];
        new Random(bytes).nextBytes(from);
        byte[] to = new byte[bytes + 1];
        to[bytes] = 42;
        MemoryParts.copy(MemorySegment.ofArray(from), MemorySegment.ofArray(to));
        assertEquals(42, to[bytes]);
        assertArrayEquals(from, Arrays.copyOf(to, bytes));
    }

    /// Others may not touch what is confined to a thread.
    @Test
    void confinedMemoryIsLeftToItsThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment confined = arena.allocate(4 << 20).fill((byte) 3);
            assertFalse(MemoryParts.of(8, confined).isParallel());
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            MemoryParts.of(8, MemorySegment.ofArray(new byte[1]), confined).forEach(_ -> threads.add(Thread.currentThread()));
            assertEquals(Set.of(Thread.currentThread()), threads);
            byte[] to = new byte[4 << 20];
            MemoryParts.copy(confined, MemorySegment.ofArray(to));
            assertEquals(3, to[to.length - 1]);
        }
    }

    @Test
    void littleIsOnePart() {
        assertEquals(1, MemoryParts.count(0));
        assertEquals(1, MemoryParts.count(1_000_000));
        assertTrue(MemoryParts.count(1L << 40) <= Runtime.getRuntime().availableProcessors());
        assertFalse(MemoryParts.of(1, MemorySegment.ofArray(new byte[1])).isParallel());
        assertTrue(MemoryParts.of(2, MemorySegment.ofArray(new byte[1])).isParallel());
    }

    @Test
    void thereMustBeRoom() {
        MemorySegment from = MemorySegment.ofArray(new byte[10]);
        MemorySegment to = MemorySegment.ofArray(new byte[9]);
        assertThrows(IndexOutOfBoundsException.class, () -> MemoryParts.copy(from, to));
    }
}
