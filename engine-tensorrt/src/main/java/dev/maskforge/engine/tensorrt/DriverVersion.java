package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The version of NVIDIA's driver as its makers count, such as `580.159.04`, where the kernel's module says it. CUDA's own
/// functions tell only which CUDA the driver is for.
final class DriverVersion {
    private static final Path MODULE = Path.of("/sys/module/nvidia/version");
    private static final int LONGEST = 32;

    private DriverVersion() {
    }

    static Optional<String> find() {
        return read(MODULE);
    }

    static Optional<String> read(Path file) {
        try {
            String text = Files.readString(file).strip();
            return Optional.of(text).filter(version -> version.length() <= LONGEST && version.matches("\\d+(\\.\\d+)*"));
        } catch (IOException e) {
            System.getLogger(DriverVersion.class.getName()).log(System.Logger.Level.DEBUG, "the driver's version is not known", e);
            return Optional.empty();
        }
    }
}
