package dev.maskforge.cli;

import dev.maskforge.vision.ImageLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the command line says of itself, and what it says to command lines that are wrong.
class CommandLineTest {
    private static final int WIDTH = 100;

    @Test
    void tellsItsVersion() {
        Run run = Run.of("--version");
        assertEquals(ExitCode.DONE, run.exit());
        assertTrue(run.out().strip().matches("maskforge \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"), run.out());
        assertEquals("", run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo", "segment", "convert", "build", "evaluate", "inspect", "zoo", "doctor", "cache"})
    void explainsEachCommand(String command) {
        Run run = command.isEmpty() ? Run.of("--help") : Run.of(command, "--help");
        assertEquals(ExitCode.DONE, run.exit());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("Usage: maskforge " + command), run.out());
        run.out().lines().forEach(line -> assertTrue(line.length() <= WIDTH, line));
        assertTrue(!run.out().contains("${") && !run.out().contains("null"), run.out());
        if (command.isEmpty()) {
            List.of("demo", "segment", "convert", "build", "evaluate", "inspect", "zoo", "doctor", "cache")
                    .forEach(name -> assertTrue(run.out().contains("\n  " + name), name));
            assertEquals(run, Run.of(), "without a command");
        } else {
            assertTrue(run.out().contains("-q, --quiet") && run.out().contains("-v, --verbose"), run.out());
        }
    }

    @Test
    void theHelpSaysTheDefaultLimitOfPictures() {
        assertTrue(Run.of("segment", "--help").out().contains("default: " + ImageLimits.DEFAULT.maximumPixels()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "sgement                                | Unmatched argument at index 0: 'sgement'       | Did you mean: maskforge segment",
            "segment a b -o c --sise 3              | Unknown option: '--sise'                      | --size",
            "segment a b -o c --threads 0           | --threads': 0 is not from 1 to 1024           |",
            "segment a b -o c --threads 5000        | --threads': 5000 is not from 1 to 1024        |",
            "segment a b -o c --threads many        | --threads                                     |",
            "segment a b -o c --max-pixels 0        | --max-pixels': 0 is less than one pixel       |",
            "segment a b -o c --size 100x64         | the height 100 is no multiple of 32; 96 is the nearest |",
            "segment a b -o c --size 64             | '64' is not a size; write height and width as 512x1024 |",
            "segment a b -o c --save masks          | --save                                        |",
            "segment a b -o c --engine tensorflow   | there is no 'tensorflow', but                 |",
            "segment a b -o c --task depth          | --task                                        |",
            "segment a b -o c --dataset kitti       | 'kitti' is not a dataset; known are cityscapes |",
            "segment a b                            | Missing required option: '--out=DIR'          |",
            "segment a -o c                         | Missing required parameter: 'IMAGE             |",
            "convert a -o c --size 64x500           | the width 500 is no multiple of 32; 512 is the nearest |",
            "convert a -o c --size big              | 'big' is not a size                           |",
            "convert a -o c --batch 0               | '0' is neither a number from 1 to 99999 nor 'free' |",
            "convert a -o c --batch 1e3             | '1e3' is neither a number                     |",
            "convert a -o c --output masks          | --output                                      |",
            "convert a -o c --deformable-attention x | --deformable-attention                       |",
            "convert a                              | Missing required option: '--out=FILE'         |",
            "demo --scenes 0                        | --scenes': 0 is not from 1 to 100             |",
            "demo --runs -1                         | --runs': -1 is not from 1 to 10000            |",
            "demo --size 64x100                     | the width 100 is no multiple of 32; 96 is the nearest |",
            "demo street.png                        | Unmatched argument at index 1: 'street.png'   |",
            "inspect                                | Missing required parameter: 'MODEL'           |",
            "inspect a b                            | Unmatched argument at index 2: 'b'            |"})
    void wrongCommandLinesAreToldWhatIsWrong(String arguments, String message, String suggestion) {
        Run run = Run.of((Object[]) arguments.split(" +", -1));
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertEquals("", run.out());
        String first = run.errors().getFirst();
        assertTrue(first.startsWith("maskforge: ") && first.contains(message), first);
        String command = arguments.startsWith("sg") ? "maskforge" : "maskforge " + arguments.split(" ", 2)[0];
        assertTrue(first.endsWith("; see '" + command + " --help'"), first);
        assertEquals(suggestion == null ? 1 : 2, run.errors().size(), run.err());
        if (suggestion != null) {
            assertTrue(run.errors().get(1).contains(suggestion), run.err());
        }
    }

    @Test
    void theTraceIsShownWhenAskedFor(@TempDir Path folder) {
        Path missing = folder.resolve("missing.pkl");
        assertEquals(1, Run.of("inspect", missing).errors().size());
        for (String option : List.of("-v", "--verbose")) {
            Run run = Run.of("inspect", missing, option);
            assertEquals(ExitCode.FAILED, run.exit());
            assertTrue(run.err().contains("\tat dev.maskforge."), run.err());
        }
        // It is a word among others where it is no option.
        assertEquals(1, Run.of("inspect", "--", "-v").errors().size());
    }

    @Test
    void theDoctorFindsTheDefaultEngine() {
        Run run = Run.of("doctor");
        assertEquals(ExitCode.DONE, run.exit(), run.out());
        for (String row : List.of("maskforge ", "java ", "system ", "processors ", "heap ", "engine reference ", "engine onnxruntime ")) {
            assertTrue(run.out().lines().anyMatch(line -> line.startsWith(row)), row);
        }
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("doctor", "-q"));
    }

    /// What it says of the Vector API is what the launcher does.
    @Test
    void theDoctorSaysWhenTheVectorApiIsOn() throws IOException {
        Run run = Run.of("doctor");
        String row = run.out().lines().filter(line -> line.startsWith("vector api ")).findFirst().orElseThrow();
        assertTrue(row.endsWith(" on for 'bench' and 'evaluate', off for other commands; "
                + "MASKFORGE_JAVA_OPTIONS='--add-modules jdk.incubator.vector' turns it on for them, which pays for many pictures"), row);
        String launcher = Files.readString(Path.of("src/distribution/maskforge"));
        assertTrue(launcher.contains("bench | evaluate) vectors='--add-modules jdk.incubator.vector' ;;"), launcher);
        assertTrue(launcher.contains("$vectors ${MASKFORGE_JAVA_OPTIONS-} "), launcher);
    }

    @Test
    void errorsThatAreNoExceptionsAreOneLineToo() {
        assertTrue(Failures.message(new OutOfMemoryError("Java heap space")).startsWith("out of memory (Java heap space); give it more"));
        assertTrue(Failures.message(new NoClassDefFoundError("x")).endsWith("this is a fault in Maskforge, '-v' shows where"));
    }

    @Test
    void namesCannotSteerTheTerminal() {
        assertEquals("a\\u001b[31m\\u000ab\\u202e 🙂 é", Line.of("a\33[31m\nb\u202e 🙂 é"));
    }

    @Test
    void docsTellEachOption() throws Exception {
        Path root = Path.of(System.getProperty("maskforge.fixtures")).resolve("../..");
        String page = Files.readString(root.resolve("docs/cli.md"));
        for (String command : List.of("demo", "segment", "convert", "build", "evaluate", "inspect", "zoo", "doctor", "cache")) {
            Run.of(command, "--help").out().lines().map(String::strip).filter(line -> line.startsWith("-"))
                    .map(line -> line.replaceFirst("^-\\w, ", "").split("[=\\s]", 2)[0])
                    .forEach(option -> assertTrue(page.contains(option), () -> "docs/cli.md lacks " + option + " of " + command));
        }
    }
}
