package dev.maskforge.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What every refusal must be like.
final class Refusals {
    private static final Path HOSTILE = Path.of("hostile.pkl");
    /// Beside the file's name; a name in the pickle may need six characters for each of its own.
    private static final int LONGEST_MESSAGE = 900;

    private Refusals() {
    }

    /// The message with which a file is refused: one line, which begins with the file and ends with a cure.
    static String of(Path file) {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> readAll(Checkpoints.open(file)));
        return checked(refusal, file);
    }

    /// As [#of(Path)], for a file `hostile.pkl` with these bytes.
    static String of(byte[] bytes) {
        return Soon.soon(() -> refusal(bytes));
    }

    /// As [#of(byte[])], for a file cut after each of these bytes but the last; all together are refused in the time of one.
    static void ofEveryCut(byte[] whole) {
        Soon.soon(() -> {
            for (int length = 1; length < whole.length; length++) {
                refusal(Arrays.copyOf(whole, length));
            }
            return whole;
        });
    }

    private static String refusal(byte[] bytes) {
        return checked(assertThrows(CheckpointException.class, () -> readAll(open(bytes))), HOSTILE);
    }

    /// Whether a file `hostile.pkl` with these bytes can be read; if not, its refusal is as it must be.
    static boolean isRead(byte[] bytes) {
        try {
            readAll(open(bytes));
            return true;
        } catch (CheckpointException refusal) {
            checked(refusal, HOSTILE);
            return false;
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the weights close it
    static Weights open(byte[] bytes) {
        if (bytes.length == 0) {
            return Assertions.fail("an empty file is refused before it is mapped");
        }
        return Checkpoints.read(new CheckpointFile(HOSTILE, MemorySegment.ofArray(bytes), Arena.ofConfined()));
    }

    /// Decodes all tensors.
    static void readAll(Weights opened) {
        try (Weights weights = opened) {
            weights.keys().forEach(weights::find);
        }
    }

    /// The message of a refusal that names a file.
    static String checked(CheckpointException refusal, Path file) {
        String message = String.valueOf(refusal.getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.contains("; "), message);
        assertTrue(message.length() < file.toString().length() + LONGEST_MESSAGE, message);
        return message;
    }
}
