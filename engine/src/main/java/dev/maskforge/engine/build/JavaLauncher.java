package dev.maskforge.engine.build;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// How a Java process is started that is like this one: the same Java, class path, properties of the program, and heap.
///
/// @param prefix    words before the command, such as those that limit what it may use
/// @param classPath of the process
record JavaLauncher(List<String> prefix, String classPath) {
    /// What the virtual machine says of itself; another says it anew.
    private static final List<String> OF_THE_MACHINE = List.of("java.", "jdk.", "sun.", "os.", "user.", "file.", "path.", "line.",
            "native.",
            "stdin.", "stdout.", "stderr.", "awt.");
    /// Settings of some other Java, which make each start print a line.
    private static final List<String> FOREIGN_SETTINGS = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");
    static final String ERROR_FILE = "fault.log";

    JavaLauncher {
        prefix = List.copyOf(prefix);
    }

    static JavaLauncher likeThis() {
        return new JavaLauncher(List.of(), System.getProperty("java.class.path"));
    }

    /// Starts a program in a folder, where a fault of the virtual machine leaves its report too.
    Process start(Class<?> program, Path folder) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", absolute(classPath), "-Xmx" + Runtime.getRuntime().maxMemory(), "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve(ERROR_FILE)));
        Properties properties = System.getProperties();
        properties.stringPropertyNames().stream().filter(JavaLauncher::isOfTheProgram).sorted()
                .forEach(name -> command.add("-D" + name + "=" + properties.getProperty(name)));
        command.add(program.getName());
        command.add(folder.toAbsolutePath().toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        FOREIGN_SETTINGS.forEach(builder.environment()::remove);
        return builder.start();
    }

    private static boolean isOfTheProgram(String name) {
        return OF_THE_MACHINE.stream().noneMatch(name::startsWith);
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(java.io.File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(java.io.File.pathSeparator, entries);
    }
}
