package dev.maskforge.measure;

import dev.maskforge.engine.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MeasurementFileTest {
    static final Measurements EXAMPLE = example();

    @TempDir
    private Path folder;

    private static Measurements example() {
        Setup setup = new Setup("model.pkl", Optional.of("0f".repeat(32)), "onnxruntime", "ONNX Runtime 1.29.0",
                new Device(Device.Kind.CPU, "AMD EPYC", Optional.empty(), Optional.of("3250.000 MHz")), 1, 512, 1024, "fp32", 2);
        Preparation preparation = new Preparation(1234, Optional.of(1.5), Optional.empty(),
                Optional.of(new Preparation.Memory(1 << 30, Preparation.Memory.Of.SUBJECT)));
        Map<Stage, List<List<Long>>> nanoseconds = Map.of(Stage.DECODE, List.of(List.of(9_000_000L)), Stage.PREPROCESS,
                List.of(List.of(1_000_000L, 2_000_000L), List.of(3_000_000L)), Stage.COMPUTE,
                List.of(List.of(10_000_000L, 20_000_000L), List.of(30_000_000L)));
        Work work = new Work("model.pkl", 2_000_000, 10, 100, new Ceilings(1e9, 2e9, 1e9), 0.001);
        Result whole = new Result("model.pkl, onnxruntime", setup, preparation, new Protocol(5, 3, 2, Optional.of(0.02)),
                new Result.Pictures("scenes 1 to 4", 4), nanoseconds, Optional.of(work),
                Optional.of(new Fidelity("model.pkl as authored", 100, 99, 80, 80, 5)));
        Result least = new Result("other", setup, new Preparation(0, Optional.empty(), Optional.empty(), Optional.empty()),
                new Protocol(0, 1, 1, Optional.empty()), new Result.Pictures("one", 1), Map.of(Stage.COMPUTE, List.of(List.of(7L))),
                Optional.empty(), Optional.empty());
        return new Measurements(1, "maskforge 0.1.0", "2026-11-26T05:00:00Z", List.of("bench", "model.pkl"), Machine.here(),
                List.of(whole, least));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("result.json"), text);
    }

    @Test
    void comesBackAsItWas() throws IOException {
        String text = MeasurementFile.print(EXAMPLE);
        assertEquals(EXAMPLE, MeasurementFile.read(file(text)));
        assertEquals(text, MeasurementFile.print(MeasurementFile.read(file(text))));
        assertTrue(text.contains("\"compute\" : [ [ 10000000, 20000000 ], [ 30000000 ] ]"), text);
        assertTrue(text.contains("\"shareOfFloor\" : 0.04545454545454545"), text);
    }

    @Test
    void onlyComputingHasToTakeTime() throws IOException {
        String text = MeasurementFile.print(EXAMPLE).replace("[ 1000000, 2000000 ]", "[ 0, 0 ]");
        Series series = MeasurementFile.read(file(text)).results().getFirst().series();
        assertEquals(Latencies.ofNanoseconds(10_000_000, 20_000_000, 33_000_000), series.of(Span.IMAGE_TO_LABELS));
    }

    @Test
    void decodingHasRunsOfItsOwn() {
        Result result = EXAMPLE.results().getFirst();
        assertEquals(Optional.of(Latencies.ofNanoseconds(9_000_000)), result.decode());
        assertEquals(Latencies.ofNanoseconds(11_000_000, 22_000_000, 33_000_000), result.series().of(Span.IMAGE_TO_LABELS));
        assertEquals(result.nanoseconds(), Result.nanoseconds(result.series(), result.decode()));
        assertEquals(Optional.of(0.05), result.shareOfFloor(Span.ENGINE_ONLY));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', value = {
            "\"version\" : 1                    | \"version\" : 2                    | its version is 2, and 1 is read",
            "\"version\" : 1                    | \"version\" : \"1\"                | its version is \"1\", and 1 is read",
            "\"version\" : 1                    | \"version\" : 1, \"version\" : 1   | version",
            "\"threads\" : 2                    | \"threads\" : \"2\"                | results[0].setup.threads: ",
            "\"threads\" : 2                    | \"threads\" : 2.5                  | results[0].setup.threads: ",
            "\"threads\" : 2                    | \"threads\" : null                 | results[0].setup.threads: ",
            "\"threads\" : 2                    | \"threads\" : 0                    | results[0].setup: threads is 0, not from 1 to 1000000",
            "\"threads\" : 2                    | \"threads\" : 99999999999999       | results[0].setup.threads: ",
            "\"threads\" : 2                    | \"threds\" : 2                     | results[0].setup",
            "\"otherFlops\" : 10,               |                                    | otherFlops",
            "\"precision\" : \"fp32\",          |                                    | results[0].setup",
            "\"kind\" : \"cpu\"                 | \"kind\" : \"abacus\"              | results[0].setup.device.kind: ",
            "\"kind\" : \"cpu\"                 | \"kind\" : 0                       | results[0].setup.device.kind: ",
            "\"graph\" : \"0f                   | \"graph\" : \"0F                   | graph is a sha256 of 64 lower-case digits",
            "[ 10000000, 20000000 ]             | [ 10000000 ]                       | has not the rounds that stage compute has",
            "[ 10000000, 20000000 ]             | [ 10000000, -1 ]                   | stage compute cannot take -1 ns",
            "[ 10000000, 20000000 ]             | [ 10000000, 0 ]                    | stage compute cannot take 0 ns",
            "\"compute\" : [ [ 7 ] ]            | \"compute\" : [ [ 0 ] ]              | results[1]: stage compute cannot take 0 ns",
            "[ 10000000, 20000000 ]             | [ 10000000, null ]                 | results[0]: stage compute has null in it",
            "[ 10000000, 20000000 ]             | [ 10000000, 9223372036854775807 ]  | cannot take",
            "\"compute\" : [ [ 10               | \"computing\" : [ [ 10             | results[0].nanoseconds",
            "\"compute\" : [ [ 7 ] ]            | \"preprocess\" : [ [ 7 ] ]         | no run computes anything",
            "\"compute\" : [ [ 7 ] ]            | \"compute\" : [ [ ] ]              | has a round without runs",
            "\"equal\" : 99                     | \"equal\" : 101                    | the counts of pixels contradict each other",
            "\"productFlopsPerSecond\" : 1.0E9  | \"productFlopsPerSecond\" : 1e999  | a rate is positive, not Infinity",
            "\"productFlopsPerSecond\" : 1.0E9  | \"productFlopsPerSecond\" : \"NaN\" | results[0].work.ceilings",
            "\"runs\" : 3,                      | \"runs\" : 2000000000,             | up to 1000000",
            "\"results\" : [                    | \"results\" : [ null,              | results has null in it",
            "\"machine\" : {                    | \"machine\" : null, \"m\" : {      | machine"})
    void whatDoesNotHoldIsRefusedByItsPath(String there, String instead, String message) throws IOException {
        String text = MeasurementFile.print(EXAMPLE);
        String changed = text.replaceFirst(Pattern.quote(there),
                Matcher.quoteReplacement(instead == null ? "" : instead));
        assertNotEquals(text, changed);
        refused(changed, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', value = {"!!", "{", "[]", "7", "null", "{}", "{\"version\": 1}",
            "{\"version\": 1} {}",
            "{\"version\": NaN}"})
    void whatIsNoSuchFileIsRefused(String text) throws IOException {
        refused(text, "is refused");
    }

    @Test
    void depthIsBounded() throws IOException {
        refused("[".repeat(100_000), "is refused");
    }

    private void refused(String text, String message) throws IOException {
        Path file = file(text);
        MeasurementException e = assertThrows(MeasurementException.class, () -> MeasurementFile.read(file));
        String said = String.valueOf(e.getMessage());
        assertTrue(said.startsWith(file + " is refused: "), said);
        assertTrue(said.contains(message), said);
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.length() < file.toString().length() + 500, said);
    }

    @Test
    void filesThatAreNotThereAreNamed() {
        Path missing = folder.resolve("missing.json");
        assertTrue(String.valueOf(assertThrows(MeasurementException.class, () -> MeasurementFile.read(missing)).getMessage())
                .startsWith(missing + " cannot be read: there is no such file"));
        assertThrows(MeasurementException.class, () -> MeasurementFile.read(folder));
    }
}
