package dev.maskforge.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What every refusal must be like.
final class Refusals {
    private static final Path HOSTILE = Path.of("hostile.pkl");
    /// Beside the file's name; a name in the pickle may need six characters for each of its own.
    private static final int LONGEST_MESSAGE = 900;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /// What is read through takes as long as it is: 55 MB that name a million tensors took 2.6 s once beside other commands. Work that
    /// goes with the square of that would take minutes.
    private static final long NANOSECONDS_A_BYTE = 100;

    private Refusals() {
    }

    /// The message with which a file is refused: one line, which begins with the file and ends with a cure.
    static String of(Path file) {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> readAll(Checkpoints.open(file)));
        return checked(refusal, file);
    }

    /// As [#of(Path)], for a file `hostile.pkl` with these bytes.
    static String of(byte[] bytes) {
        long started = processorTime();
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> readAll(open(bytes)));
        assertTrue(processorTime() - started < PATIENCE.toNanos() + NANOSECONDS_A_BYTE * bytes.length, "took too long");
        return checked(refusal, HOSTILE);
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

    /// Of this thread, so that it does not depend on what else the machine does.
    static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
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
