package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// A leak is seen, and what has been given back is not taken for one.
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
    /// Shows how much more there is while small pieces are held, and when they have been given back.
    static final class Program {
        private static final int PIECE = 16 << 10;
        private static final int PIECES = 4096;

        private Program() {
        }

        public static void main(String[] arguments) throws IOException {
            NativeMemory.residentBytes();
            long resident = NativeMemory.residentBytes();
            long malloc = NativeMemory.mallocBytes().orElse(0L);
            try (Arena arena = Arena.ofConfined()) {
                for (int i = 0; i < PIECES; i++) {
                    arena.allocate(PIECE).fill((byte) 1);
                }
                print(resident, malloc);
            }
            print(resident, malloc);
        }

        private static void print(long resident, long malloc) throws IOException {
            System.out.println("grown by " + (NativeMemory.residentBytes() - resident) + " "
                    + NativeMemory.mallocBytes().map(bytes -> bytes - malloc).orElse(Long.MIN_VALUE));
        }
    }

    private static final long ALL = (long) Program.PIECE * Program.PIECES;
    /// Compiled code takes some memory, too.
    private static final long TOLERANCE = ALL / 8;

    @Test
    void whatIsHeldIsSeenAndWhatWentBackIsNot() throws IOException, InterruptedException {
        List<long[]> grown = FixedHeap.run(Program.class).stream().filter(line -> line.startsWith("grown by "))
                .map(line -> line.substring("grown by ".length()).split(" ", -1))
                .map(each -> new long[]{Long.parseLong(each[0]), Long.parseLong(each[1])}).toList();
        for (int of = 0; of < 2; of++) {
            long held = grown.getFirst()[of];
            long left = grown.getLast()[of];
            // What the C library does not tell.
            if (held != Long.MIN_VALUE) {
                assertTrue(held >= ALL - TOLERANCE && held <= ALL + TOLERANCE, ALL + " bytes are held, and " + held + " seen");
                assertTrue(left <= TOLERANCE, "all has been given back, and " + left + " are still seen");
            }
        }
    }
}
