package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

class KeptPlanTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasWrittenIsReadAndWhatWasDamagedIsNot() throws IOException {
        Path file = folder.resolve("x.plan");
        byte[] plan = {1, 2, 3, 4, 5};
        KeptPlan.write(file, MemorySegment.ofArray(plan));
        try (Arena arena = Arena.ofConfined()) {
            assertArrayEquals(plan, KeptPlan.read(file, arena).orElseThrow().toArray(ValueLayout.JAVA_BYTE));
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 1;
                Files.write(file, damaged);
                assertEquals(Optional.empty(), KeptPlan.read(file, arena), "byte " + at);
                Files.write(file, Arrays.copyOf(whole, at));
                assertEquals(Optional.empty(), KeptPlan.read(file, arena), "cut at " + at);
            }
            assertEquals(Optional.empty(), KeptPlan.read(folder.resolve("none"), arena));
        }
    }
}
