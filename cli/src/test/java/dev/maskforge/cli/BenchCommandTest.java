package dev.maskforge.cli;

import dev.maskforge.measure.MeasurementFile;
import dev.maskforge.measure.Measurements;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge bench` on small models, as briefly as it goes. How it measures is tested in measure.
class BenchCommandTest {
    private static final Path CHECKPOINT = Small.checkpoint("maskformer-r50");
    private static final Path OTHER = Small.checkpoint("mask2former-r50");

    @TempDir
    private static Path folder;

    private static Path labels;
    private static Path scores;

    @BeforeAll
    static void convert() {
        labels = converted("labels");
        scores = converted("scores");
    }

    private static Path converted(String output) {
        Path file = folder.resolve(output + ".onnx");
        Run run = Run.of("convert", "-q", CHECKPOINT, "-o", file, "--size", "64x128", "--output", output);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return file;
    }

    /// Three runs a model, and nothing of the machine's ceilings.
    private static Run bench(Object... arguments) {
        return run(List.of("bench", "--sizes", "64x128", "--warmup", "0", "--runs", "3", "--ceilings", "none"), arguments);
    }

    private static Run run(List<String> first, Object... arguments) {
        List<Object> all = new ArrayList<>(first);
        all.addAll(List.of(arguments));
        return Run.of(all.toArray());
    }

    @Test
    void measuresCheckpointsAndFilesAgainstEachOther() {
        Path target = folder.resolve("result.json");
        Run run = bench(CHECKPOINT, labels, scores, "-o", target, "--min-agreement", "0.999");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        Measurements measurements = MeasurementFile.read(target);
        assertEquals(List.of("checkpoint.pkl", "labels.onnx", "scores.onnx"),
                measurements.results().stream().map(Result::subject).toList());
        assertEquals("bench", measurements.command().get(1));
        for (Result result : measurements.results()) {
            assertEquals(List.of(1, 1, 1), result.series().rounds().stream().map(List::size).toList());
            assertEquals("64x128", result.setup().size());
            assertEquals("checkpoint.pkl as authored, onnxruntime", result.fidelity().orElseThrow().reference());
            assertEquals(4 * 64 * 128, result.fidelity().orElseThrow().pixels());
            assertEquals(Optional.empty(), result.work());
            assertTrue(result.preparation().artefactBytes() > 100_000, result::toString);
        }
        assertEquals(
                List.of(Set.of(Stage.PREPROCESS, Stage.COMPUTE, Stage.HEAD), Set.of(Stage.PREPROCESS, Stage.COMPUTE, Stage.POSTPROCESS),
                        Set.of(Stage.PREPROCESS, Stage.COMPUTE, Stage.HEAD)),
                measurements.results().stream().map(result -> result.series().stages()).toList());
        for (String row : List.of("image to labels, ms ", "engine only, ms ", "stages, ms, mean ", "before the first run ")) {
            int at = run.out().lines().toList().indexOf(run.out().lines().filter(line -> line.startsWith(row)).findFirst().orElse(""));
            assertTrue(at >= 0 && run.out().lines().toList().get(at + 2).startsWith("labels.onnx "), run.out());
        }
    }

    @Test
    void printsTheFileInPlaceOfTables() throws IOException {
        Path target = folder.resolve("same.json");
        Run run = bench("-q", "--json", labels, "-o", target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", run.err());
        assertEquals(Files.readString(target), run.out());
    }

    @Test
    void picturesAreDecodedApart() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Small.png(pictures.resolve("a.png"));
        Small.jpeg(pictures.resolve("b.jpg"));
        Path target = folder.resolve("decoded.json");
        assertEquals(ExitCode.DONE, bench(scores, "--images", pictures, "-o", target).exit());
        Result result = MeasurementFile.read(target).results().getFirst();
        assertEquals(2, result.pictures().count());
        assertEquals(2, result.decode().orElseThrow().count());
        assertEquals(3, result.series().of(Span.IMAGE_TO_LABELS).count());
        // A file that gives scores and is alone is held against itself.
        assertEquals(result.fidelity().orElseThrow().pixels(), result.fidelity().orElseThrow().equal());
    }

    @Test
    void batchesAreMeasuredAndComparedPictureByPicture() {
        Path pairs = folder.resolve("pairs.onnx");
        assertEquals(ExitCode.DONE,
                Run.of("convert", "-q", CHECKPOINT, "-o", pairs, "--size", "64x128", "--output", "labels", "--batch", "3").exit());
        Path target = folder.resolve("batch.json");
        Run run = bench(pairs, "--batch", "3", "--reference", CHECKPOINT, "-o", target, "--min-agreement", "0.999");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        Result result = MeasurementFile.read(target).results().getFirst();
        assertEquals(3, result.setup().batch());
        // Two runs of three show four pictures, two of them twice.
        assertEquals(6 * 64 * 128, result.fidelity().orElseThrow().pixels());
        Run single = bench(pairs);
        assertEquals(ExitCode.FAILED, single.exit());
        assertTrue(single.err().contains("not one picture"), single.err());
        Run checkpoint = bench(CHECKPOINT, "--batch", "2");
        assertEquals(ExitCode.FAILED, checkpoint.exit());
        assertTrue(checkpoint.err().contains("2 at once"), checkpoint.err());
        assertEquals(ExitCode.USAGE, bench(labels, "--batch", "0").exit());
    }

    @Test
    void otherAnswersFallShort() {
        Run run = bench(labels, "--reference", OTHER, "--min-agreement", "0.999");
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.err().contains("maskforge: labels.onnx at 64x128: "), run.err());
    }

    @Test
    void labelsAloneCannotBeJudged() {
        Run run = bench(labels, "--min-agreement", "0");
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.err().contains("there is nothing to compare it with; name a --reference that gives scores"), run.err());
    }

    private static byte[] replaced(byte[] file, String there, String instead) {
        // As ISO 8859-1 every byte is a character.
        String text = new String(file, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(there), there);
        return text.replace(there, instead).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// One that no engine takes, since it asks for an operation that is none.
    private static Path broken() throws IOException {
        return Files.write(folder.resolve("broken-scores.onnx"), replaced(Files.readAllBytes(scores), "Softmax", "Hardmix"));
    }

    @Test
    void aReferenceThatFailsCostsTheAgreementAlone() throws IOException {
        Path target = folder.resolve("unheld.json");
        Run run = bench(labels, "-q", "--reference", broken(), "-o", target);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().startsWith("maskforge: 64x128: how far the labels agree is not known, since the reference ")
                && run.err().contains("Hardmix"), run.err());
        Result result = MeasurementFile.read(target).results().getFirst();
        assertEquals(Optional.empty(), result.fidelity());
        assertEquals(3, result.series().of(Span.IMAGE_TO_LABELS).count());
        Run judged = bench(labels, "-q", "--reference", broken(), "--min-agreement", "0.5");
        assertEquals(ExitCode.SHORTFALL, judged.exit(), judged.err());
        assertEquals(2, judged.errors().size(), judged.err());
    }

    /// A file that says that it takes any size, and has 128x128 inside.
    private static Path promising() throws IOException {
        Path file = folder.resolve("promising.onnx");
        assertEquals(ExitCode.DONE, Run.of("convert", "-q", CHECKPOINT, "-o", file, "--size", "128x128").exit());
        // A dimension of 128 in the file, and one called h or w.
        String of128 = "\n\u0003\b\u0080\u0001";
        return Files.write(file, replaced(Files.readAllBytes(file), of128 + of128, "\n\u0003\u0012\u0001h\n\u0003\u0012\u0001w"));
    }

    @Test
    void whatWasMeasuredStaysWhenALaterSizeFails() throws IOException {
        Path target = folder.resolve("half.json");
        Run run = run(List.of("bench", "-q", "--warmup", "0", "--runs", "3", "--ceilings", "none"), promising(), "--sizes",
                "128x128,64x96", "-o", target);
        assertEquals(ExitCode.FAILED, run.exit(), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertEquals(List.of("128x128"), MeasurementFile.read(target).results().stream().map(result -> result.setup().size()).toList());
    }

    @Test
    void theNumbersInForeignInputsMustBeSaid() throws IOException {
        Path foreign = Files.write(folder.resolve("foreign.onnx"), replaced(Files.readAllBytes(scores), "maskforge.", "somebody.."));
        assertFails("does not say what the numbers in its input 'image' mean; say '--input-values rgb'", foreign);
        // Ours say it themselves, whatever is said of the others.
        Run run = bench("-q", scores, foreign, "--input-values", "rgb", "--min-agreement", "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        Run mistaken = bench("-q", scores, foreign, "--input-values", "normalised", "--min-agreement", "1");
        assertEquals(ExitCode.SHORTFALL, mistaken.exit(), mistaken.err());
        assertTrue(mistaken.errors().stream().noneMatch(line -> line.contains("scores.onnx")), mistaken.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "--runs 2 | a protocol has one round at least, and in each a run",
            "--warmup -1 --runs 9 | option '--warmup': a protocol has 0 to 1000000 warm-ups, not -1",
            "--min-agreement 1.5 | 1.5 is no share from 0 to 1",
            "--engine abacus | there is no 'abacus', but ",
            "--threads 0 | 0 is not from 1 to 1024",
            "--sizes 60x128 | no multiple of 32",
            "--precision fp7 | fp7",
            "--ceilings high | high"})
    void wrongOptionsAreNamed(String options, String message) {
        Run run = run(List.of("bench", CHECKPOINT.toString()), List.of(options.split(" ", -1)).toArray());
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertTrue(run.errors().getFirst().contains(message), run.err());
    }

    @Test
    void whatCannotRunIsSaidInOneLine() throws IOException {
        assertFails("takes pictures of none of the sizes; name its own with --sizes", labels, "--sizes", "96x96,32x64");
        assertFails("there is no folder", labels, "-o", folder.resolve("none/result.json"));
        assertFails("cannot be read", folder.resolve("missing.onnx"));
        assertFails("cannot be read", Files.writeString(folder.resolve("broken.onnx"), "no protobuf"));
    }

    private static void assertFails(String message, Object... arguments) {
        Run run = run(List.of("bench", "-q", "--warmup", "0", "--runs", "3", "--ceilings", "none"), arguments);
        assertEquals(ExitCode.FAILED, run.exit(), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains(message), run.err());
    }
}
