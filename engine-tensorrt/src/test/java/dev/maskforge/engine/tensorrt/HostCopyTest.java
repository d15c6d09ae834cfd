package dev.maskforge.engine.tensorrt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HostCopyTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2_097_151, 2_097_152, 2_097_153, 6_291_457})
    void copiesEveryByteAndNoOther(int bytes) {
        byte[] from = new byte[bytes];
        new Random(bytes).nextBytes(from);
        for (int threads : new int[]{1, 2, 3, 100}) {
            byte[] to = new byte[bytes + 2];
            Arrays.fill(to, (byte) 42);
            try (HostCopy copy = HostCopy.by(threads)) {
                copy.copy(MemorySegment.ofArray(from), MemorySegment.ofArray(to).asSlice(1, bytes));
            }
            assertEquals(42, to[0]);
            assertEquals(42, to[bytes + 1]);
            assertArrayEquals(from, Arrays.copyOfRange(to, 1, bytes + 1));
        }
    }

    /// Little is a picture of 512x1024, not one of 1024x2048.
    @Test
    void littleIsForOneThread() {
        try (HostCopy one = HostCopy.by(1); HostCopy two = HostCopy.by(2)) {
            assertFalse(one.isShared(1L << 40));
            assertFalse(two.isShared(0));
            assertFalse(two.isShared(3 * 512 * 1024));
            assertFalse(two.isShared((2 << 20) - 1));
            assertTrue(two.isShared(2 << 20));
            assertTrue(two.isShared(3 * 1024 * 2048));
        }
    }

    /// Others may not touch what is confined to a thread.
    @Test
    void confinedMemoryIsLeftToItsThread() {
        byte[] to = new byte[4 << 20];
        try (HostCopy copy = HostCopy.by(3); Arena arena = Arena.ofConfined()) {
            copy.copy(arena.allocate(to.length).fill((byte) 3), MemorySegment.ofArray(to));
        }
        assertEquals(3, to[to.length - 1]);
    }

    /// What fails in one part is thrown when all parts are done with.
    @Test
    void memoryThatIsGoneIsRefused() {
        MemorySegment gone;
        try (Arena arena = Arena.ofShared()) {
            gone = arena.allocate(4 << 20);
        }
        try (HostCopy copy = HostCopy.by(3)) {
            assertThrows(IllegalStateException.class, () -> copy.copy(gone, MemorySegment.ofArray(new byte[4 << 20])));
            byte[] to = new byte[4 << 20];
            copy.copy(MemorySegment.ofArray(new byte[4 << 20]), MemorySegment.ofArray(to));
        }
    }

    @Test
    void threadsEndWithIt() throws InterruptedException {
        byte[] memory = new byte[8 << 20];
        List<Thread> threads;
        try (HostCopy copy = HostCopy.by(100)) {
            Set<Thread> before = threads();
            for (int run = 0; run < 20; run++) {
                copy.copy(MemorySegment.ofArray(memory), MemorySegment.ofArray(new byte[memory.length]));
            }
            threads = threads().stream().filter(thread -> !before.contains(thread)).toList();
            assertTrue(!threads.isEmpty() && threads.size() <= 7, threads.toString());
        }
        for (Thread thread : threads) {
            assertTrue(thread.join(Duration.ofSeconds(30)), thread.toString());
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("maskforge-copy-"))
                .collect(Collectors.toSet());
    }
}
