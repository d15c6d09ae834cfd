package dev.maskforge.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Whatever is wrong with an input or an output: one line that says what, where and the cure, exit code 1, soon, in little
/// memory, and nothing written.
///
/// All run in a JVM of their own whose heap has 256 MB. What it takes of the machine's memory, native memory and the mapped
/// files included, may grow by as much, where the system tells (Linux).
class HostileTest {
    private static final String HEAP = "-Xmx256m";
    /// Of processor time, all threads of the JVM together: what else the machine does at the time does not count.
    private static final long PATIENCE_MILLISECONDS = 2000;

    private static final long LARGEST_GROWTH = 256L << 20;

    /// @param peak what the JVM has taken of the machine's memory at most until now, in bytes; 0 where nothing tells
    private record Outcome(int exit, long milliseconds, long peak, String out, String err) {}

    /// What runs in the other JVM: its one argument is a file of command lines, its output a line of JSON each.
    static final class Runner {
        private Runner() {
        }

        public static void main(String[] arguments) throws IOException {
            JsonMapper json = new JsonMapper();
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            for (String line : Files.readAllLines(Path.of(arguments[0]))) {
                long started = system.getProcessCpuTime();
                Run run = Run.of((Object[]) json.readValue(line, String[].class));
                long milliseconds = (system.getProcessCpuTime() - started) / 1_000_000;
                System.out.println(json.writeValueAsString(new Outcome(run.exit(), milliseconds, peak(), run.out(), run.err())));
            }
        }

        private static long peak() throws IOException {
            Path status = Path.of("/proc/self/status");
            return Files.isReadable(status)
                    ? Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).sum()
                    : 0;
        }
    }

    @Test
    void everyRefusalIsOneLineSoonAndWritesNothing(@TempDir Path folder) throws Exception {
        Path inputs = Files.createDirectory(folder.resolve("inputs"));
        Path outputs = Files.createDirectory(folder.resolve("outputs"));
        List<Hostile.Case> cases = Hostile.in(inputs, outputs);
        Path commands = Files.createTempFile("hostile", ".jsonl");
        List<String> before = listing(folder);
        List<Outcome> outcomes = run(cases, commands);
        Files.delete(commands);
        List<Executable> checks = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            Hostile.Case each = cases.get(i);
            Outcome outcome = outcomes.get(i);
            System.out.printf("%4d ms %3d MB  %s: %s%n", outcome.milliseconds(), outcome.peak() >> 20, each.name(),
                    outcome.err().strip().replace(inputs.toString(), "IN").replace(outputs.toString(), "OUT"));
            checks.add(() -> check(each, outcome));
        }
        checks.add(() -> assertEquals(before, listing(folder), "what lies in the folders"));
        // The first is a file that is not there: what the JVM takes when idle.
        long growth = outcomes.getLast().peak() - outcomes.getFirst().peak();
        checks.add(() -> assertTrue(growth <= LARGEST_GROWTH, "memory grows by " + growth));
        System.out.printf("%d refusals with %s, the slowest after %d ms of processor time; memory grew by %d MB in all%n", cases.size(),
                HEAP, outcomes.stream().mapToLong(Outcome::milliseconds).max().orElse(0), growth >> 20);
        assertAll(checks);
    }

    private static void check(Hostile.Case each, Outcome outcome) {
        String about = each.name() + ": " + outcome;
        assertEquals(1, outcome.exit(), about);
        assertEquals("", outcome.out(), about);
        assertEquals(1, outcome.err().lines().count(), about);
        assertTrue(outcome.err().strip().chars().noneMatch(Character::isISOControl), about);
        assertTrue(outcome.err().startsWith("maskforge: "), about);
        assertTrue(outcome.err().contains(each.culprit()), about);
        assertTrue(outcome.err().contains(each.expected()), about);
        assertTrue(outcome.err().contains("; "), about + " names no cure");
        assertTrue(!outcome.err().contains("fault in Maskforge") && !outcome.err().contains("out of memory"), about);
        assertTrue(outcome.milliseconds() < PATIENCE_MILLISECONDS, about);
    }

    private static List<Outcome> run(List<Hostile.Case> cases, Path commands) throws IOException, InterruptedException {
        JsonMapper json = new JsonMapper();
        Files.write(commands, cases.stream().map(each -> json.writeValueAsString(each.arguments())).toList());
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true", "-cp",
                System.getProperty("java.class.path"), Runner.class.getName(), commands.toString())
                .redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        assertEquals(cases.size(), lines.size(), () -> String.join("\n", lines));
        return lines.stream().map(line -> json.readValue(line, Outcome.class)).toList();
    }

    /// All that lies below, with sizes and times.
    private static List<String> listing(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> rows = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                rows.add(file + " " + Files.readAttributes(file, "size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS));
            }
            return rows;
        }
    }
}
