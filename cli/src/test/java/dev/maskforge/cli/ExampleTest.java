package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.Version;
import dev.maskforge.vision.LabelMap;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The consumer project in `docs/examples` compiles and runs, in a JVM of its own, without the command line on its class path.
class ExampleTest {
    private static final Path PROJECT = Path.of(System.getProperty("maskforge.fixtures"), "../../docs/examples/segment-a-picture");

    @Test
    void theExampleCompilesAndSaysWhatTheLibrarySays(@TempDir Path folder) throws IOException, InterruptedException {
        compile(PROJECT.resolve("src/main/java/example/SegmentAPicture.java"), folder);
        Path checkpoint = Small.checkpoint("maskformer-r50");
        Path picture = Small.png(folder.resolve("street.png"));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true", "-cp", folder + File.pathSeparator + libraries(),
                "example.SegmentAPicture", checkpoint.toString(), picture.toString()).redirectErrorStream(true).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), answer);
        assertEquals("64x128 pixels, most of class " + mostOf(checkpoint, picture), answer);
    }

    private static int mostOf(Path checkpoint, Path picture) {
        try (Segmenter segmenter = Segmenter.open(checkpoint)) {
            LabelMap labels = segmenter.segment(picture);
            long[] pixels = labels.histogram(19);
            long most = Arrays.stream(pixels).max().orElseThrow();
            return IntStream.range(0, pixels.length).filter(label -> pixels[label] == most).findFirst().orElseThrow();
        }
    }

    private static void compile(Path source, Path target) throws IOException {
        JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests run on a JDK");
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean compiled = compiler.getTask(messages, files, null,
                    List.of("-d", target.toString(), "-cp", libraries(), "-Xlint:all", "-Werror", "-proc:none"), null,
                    files.getJavaFileObjects(source)).call();
            assertTrue(compiled, messages.toString());
        }
    }

    /// The tests' class path without the command line and its own libraries.
    private static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("onnxruntime")
                        || !entry.matches(".*(/cli/target/|maskforge-cli|picocli|jackson|archunit|junit).*"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void itsProjectNamesThisVersionAndTheTwoArtifactsAlone() throws IOException {
        String project = Files.readString(PROJECT.resolve("pom.xml"));
        assertTrue(project.contains("<maskforge.version>" + Version.current() + "</maskforge.version>"), project);
        List<String> artifacts = project.lines().map(String::strip).filter(line -> line.startsWith("<artifactId>maskforge")).toList();
        assertEquals(List.of("<artifactId>maskforge</artifactId>", "<artifactId>maskforge-engine-onnxruntime</artifactId>"), artifacts);
    }
}
