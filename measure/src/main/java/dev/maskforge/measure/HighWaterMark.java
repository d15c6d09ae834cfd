package dev.maskforge.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much more memory was resident at most since a moment than there was at that moment: Linux keeps the process's peak
/// (`VmHWM`, proc(5)) and sets it back when asked (`clear_refs`). What else the process does meanwhile counts, too, and
/// pages of mapped files do.
public final class HighWaterMark {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    /// Sets back the peak, and nothing else.
    private static final String PEAK = "5";

    private final Optional<Long> before;

    private HighWaterMark(Optional<Long> before) {
        this.before = before;
    }

    /// Starts from here.
    public static HighWaterMark start() {
        try {
            Files.writeString(CLEAR, PEAK);
            return new HighWaterMark(kilobytes("VmRSS:"));
        } catch (IOException e) {
            return new HighWaterMark(Optional.empty());
        }
    }

    /// The mark since the start; empty where the system keeps none, or does not set it back.
    public Optional<Preparation.Memory> sinceStart() {
        return before.flatMap(start -> kilobytes("VmHWM:").map(
                peak -> new Preparation.Memory(Math.max(0, peak - start) * 1024, Preparation.Memory.Of.SUBJECT)));
    }

    private static Optional<Long> kilobytes(String key) {
        try {
            return Files.readString(STATUS).lines().filter(line -> line.startsWith(key)).findFirst()
                    .map(line -> line.replaceAll("\\D", "")).filter(digits -> !digits.isEmpty()).map(Long::valueOf);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
