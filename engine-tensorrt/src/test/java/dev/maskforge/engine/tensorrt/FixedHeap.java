package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// A program of the tests in a process of its own, whose heap is of one size and touched from the start, so that what grows is native
/// memory.
final class FixedHeap {
    private FixedHeap() {
    }

    /// What it prints, line by line, which is printed here, too.
    static List<String> run(Class<?> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED", "-Xms256m", "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch", "-XX:-CreateCoredumpOnCrash"));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("org.bytedeco.") || name.startsWith("maskforge."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().readAllLines();
        lines.forEach(System.out::println);
        assertEquals(0, process.waitFor());
        return lines;
    }
}
