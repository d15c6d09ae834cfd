package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

class DriverVersionTest {
    @TempDir
    private Path folder;

    @Test
    void isWhatTheModuleSays() throws IOException {
        Path file = Files.writeString(folder.resolve("version"), "580.159.04\n");
        assertEquals(Optional.of("580.159.04"), DriverVersion.read(file));
    }

    @Test
    void isNotKnownElsewhere() throws IOException {
        assertEquals(Optional.empty(), DriverVersion.read(folder.resolve("none")));
        assertEquals(Optional.empty(), DriverVersion.read(Files.writeString(folder.resolve("other"), "a line\nof another")));
    }
}
