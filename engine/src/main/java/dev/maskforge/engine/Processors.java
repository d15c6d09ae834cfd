package dev.maskforge.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What this process may compute on.
final class Processors {
    private Processors() {
    }

    /// The physical cores that this process may use: those of Linux's topology within its affinity, and no more than the
    /// processors that the JVM grants, which know of a container's limit. Elsewhere, those processors.
    static int physicalCores() {
        return physicalCores(Path.of("/"), Runtime.getRuntime().availableProcessors());
    }

    static int physicalCores(Path root, int available) {
        try {
            String status = Files.readString(root.resolve("proc/self/status"));
            Optional<String> allowed = status.lines().filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst();
            Set<String> cores = new HashSet<>();
            for (String range : allowed.orElse("").split(",", -1)) {
                String[] ends = range.split("-", -1);
                for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++) {
                    cores.add(Files.readString(root.resolve("sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list")));
                }
            }
            return Math.clamp(cores.size(), 1, available);
        } catch (IOException | NumberFormatException e) {
            return available;
        }
    }

    /// The model as Linux has it, elsewhere the architecture.
    static String name() {
        return information("model name").orElse(System.getProperty("os.arch"));
    }

    /// The first core's clock at this moment, and its governor, as far as Linux says.
    static Optional<String> clocks() {
        Optional<String> clock = information("cpu MHz").map(megahertz -> megahertz + " MHz");
        Optional<String> governor = text(Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")).map(name -> "governor " + name);
        List<String> known = Stream.of(clock, governor).flatMap(Optional::stream).toList();
        return known.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", known));
    }

    private static Optional<String> information(String key) {
        return text(Path.of("/proc/cpuinfo")).flatMap(text -> text.lines().filter(line -> line.startsWith(key)).findFirst())
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).filter(value -> !value.isEmpty());
    }

    private static Optional<String> text(Path file) {
        try {
            return Files.isReadable(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
