package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Good files that were cut or in which a bit flipped.
class DamagedPicklesTest {
    private static final Path PICKLES = Path.of(System.getProperty("maskforge.fixtures"), "pickles");
    private static final int FLIPPED_BYTES = 4096;

    @ParameterizedTest
    @ValueSource(strings = {"old-names-protocol0.pkl", "new-names-protocol1.pkl", "old-names-protocol2.pkl", "new-names-protocol3.pkl",
            "old-names-protocol4.pkl", "new-names-protocol5.pkl", "python2-protocol2.pkl"})
    void aFileThatIsCutIsRefusedWhereverItIsCut(String name) throws IOException {
        byte[] whole = Files.readAllBytes(PICKLES.resolve(name));
        for (int length = 1; length < whole.length; length++) {
            Refusals.of(Arrays.copyOf(whole, length));
        }
        System.out.println(name + ": refused at " + (whole.length - 1) + " lengths");
    }

    @ParameterizedTest
    @CsvSource({"old-names-protocol0.pkl, 9", "old-names-protocol2.pkl, 9", "old-names-protocol4.pkl, 3", "new-names-protocol5.pkl, 9"})
    void aFlippedBitIsRefusedOrChangesAValue(String name, int everyHowManieth) throws IOException {
        byte[] bytes = Files.readAllBytes(PICKLES.resolve(name));
        int flipped = 0;
        int refused = 0;
        for (int bit = 0; bit < Byte.SIZE * Math.min(bytes.length, FLIPPED_BYTES); bit += everyHowManieth) {
            int mask = 1 << bit % Byte.SIZE;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
            flipped++;
            refused += Refusals.isRead(bytes) ? 0 : 1;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
        }
        System.out.println(name + ": " + refused + " of " + flipped + " flipped bits refused, the others changed values");
        assertTrue(refused > flipped / 10, "flips are hardly ever noticed");
        assertTrue(Refusals.isRead(bytes), "the file itself");
    }
}
