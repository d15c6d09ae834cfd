package dev.maskforge.engine.build;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a process ended that did not say how.
///
/// @param exit   as Java gives it: 128 and the signal's number, where a signal ended it
/// @param folder where the virtual machine leaves its report of a fault
record Death(int exit, Path folder) {
    private static final int SIGNALLED = 128;
    private static final int REPORT_LINES = 100;
    private static final Pattern FAULT = Pattern.compile("#  SIG[A-Z]+ \\(0x([0-9a-f]{1,2})\\)");
    /// Linux's and macOS's numbers, where they are the same.
    private static final Map<Integer, String> SIGNALS = Map.of(1, "SIGHUP (hang-up)", 2, "SIGINT (interrupt)", 3, "SIGQUIT (quit)", 4,
            "SIGILL (illegal instruction)", 6, "SIGABRT (abort)", 8, "SIGFPE (arithmetic fault)", 9,
            "SIGKILL (killed, by somebody or for want of memory)", 11, "SIGSEGV (memory fault)", 15, "SIGTERM (terminated)");

    /// Such as `died of SIGSEGV (memory fault) in libnvinfer.so.10+0x1234; ...`.
    String describe(String lastWords) {
        List<String> report = report();
        String how = fault(report).or(this::signal)
                .map(signal -> "died of " + signal + place(report).map(where -> " in " + where).orElse(""))
                .orElse("ended with code " + exit + " and no answer");
        return how + (lastWords.isEmpty() ? "" : ": " + lastWords) + "; try a lower level or a smaller workspace, or free memory";
    }

    private Optional<String> signal() {
        return exit > SIGNALLED && exit < 2 * SIGNALLED ? Optional.of(named(exit - SIGNALLED)) : Optional.empty();
    }

    private static String named(int signal) {
        return SIGNALS.getOrDefault(signal, "signal " + signal);
    }

    /// The virtual machine catches faults, reports them, and exits by itself: `#  SIGSEGV (0xb) at pc=...`.
    private static Optional<String> fault(List<String> report) {
        return report.stream().map(FAULT::matcher).filter(Matcher::lookingAt).map(match -> named(Integer.parseInt(match.group(1), 16)))
                .findFirst();
    }

    /// The library in whose code the fault was, and where in it: `# C  [libnvinfer.so.10+0x1234]`.
    private static Optional<String> place(List<String> report) {
        return report.stream().filter(line -> line.startsWith("# C  [") || line.startsWith("# V  ["))
                .map(line -> line.substring(line.indexOf('[') + 1).split("]", 2)[0]).findFirst();
    }

    private List<String> report() {
        Path report = folder.resolve(JavaLauncher.ERROR_FILE);
        if (!Files.isRegularFile(report)) {
            return List.of();
        }
        try (BufferedReader lines = Files.newBufferedReader(report, StandardCharsets.ISO_8859_1)) {
            return lines.lines().limit(REPORT_LINES).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }
}
