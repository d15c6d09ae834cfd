package dev.maskforge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What Linux says of the processor; nothing elsewhere.
final class Processor {
    private static final List<String> VECTOR_FLAGS = List.of("sse4_2", "avx", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile",
            "asimd", "sve");

    private Processor() {
    }

    static Optional<String> name() {
        return line("model name").map(String::strip);
    }

    /// The vector extensions that matter for speed.
    static Optional<String> vectorInstructions() {
        return line("flags").or(() -> line("Features")).map(flags -> Arrays.asList(flags.strip().split(" ", -1)))
                .map(flags -> VECTOR_FLAGS.stream().filter(flags::contains).collect(Collectors.joining(" ")))
                .filter(names -> !names.isEmpty());
    }

    private static Optional<String> line(String key) {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file).stream().filter(line -> line.startsWith(key)).map(line -> line.substring(line.indexOf(':') + 1))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
