package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What tests of refusals have in common.
final class Refusals {
    private Refusals() {
    }

    /// Refused in one line that says what, where and the cure.
    static String refusal(Executable work, String... parts) {
        RuntimeException refusal = assertThrows(RuntimeException.class, work);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(refusal instanceof EvaluationException || refusal instanceof ImageException,
                () -> refusal.getClass() + ": " + message);
        assertTrue(message.matches("[^\\p{Cntrl}]+[;:] [^\\p{Cntrl}]+"), message);
        assertTrue(message.length() < 700, message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
        }
        return message;
    }

    /// A copy of a folder of fixtures.
    static Path copy(String name, Path target) {
        Path source = Expected.FIXTURES.resolve(name);
        try (Stream<Path> files = Files.walk(source)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, target.resolve(source.relativize(file).toString()));
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return target;
    }
}
