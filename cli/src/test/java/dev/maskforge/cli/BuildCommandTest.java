package dev.maskforge.cli;

import dev.maskforge.engine.Fault;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge build` and what takes its plans, with an engine that stands for those that compile ahead of time.
class BuildCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void runOnTheDefaultEngine() {
        System.setProperty(StandInProvider.DELEGATE, "onnxruntime");
    }

    @AfterEach
    void forget() {
        System.clearProperty(StandInProvider.DELEGATE);
        System.clearProperty(StandInProvider.FAULT);
    }

    private static Path sample() {
        return Path.of(System.getProperty("maskforge.samples"), "models", "maskformer-resnet-cityscapes.pkl");
    }

    private Path plan() {
        return folder.resolve("model.plan");
    }

    private Run build(Path model, Object... more) {
        return Run.of(Stream.concat(Stream.of("build", model, "-o", plan(), "--engine", StandInProvider.NAME, "--threads", 1,
                "--size", "128x256"), Stream.of(more)).toArray());
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aSoundPlanIsWrittenAndMeasured() throws IOException {
        Run run = build(sample(), "--batch", "1,1,2", "--json");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        for (String row : List.of("MaskFormer, ResNet-50", "raw outputs, batch 1 ", "raw outputs, batch 2 ", "labels, batch 1 ",
                "labels, batch 2 ", "pred_masks ", "passed: 4 pictures",
                plan() + ": stand-in, fp32, batch 1,1,2, height 128, width 256, ")) {
            assertTrue(run.errors().stream().anyMatch(line -> line.startsWith(row)), () -> row + " is missing in " + run.err());
        }
        assertTrue(run.out().contains("\"verdict\" : \"passed\""), run.out());
        assertEquals(List.of("model.plan", "model.plan.json"), left());
        PlanRecord record = PlanFile.describe(plan());
        assertEquals("MaskFormer", record.metadata().get("maskforge.architecture"));
        assertEquals("uint8[n, 128, 256]", record.outputs().get("labels"));
        assertTrue(record.check().isPassed());
        record.check().parts().stream().map(CheckFigures.Part::errors).flatMap(List::stream).forEach(System.out::println);

        Run bench = Run.of("bench", plan(), "--sizes", "128x256", "--warmup", 0, "--runs", 3, "--threads", 1, "--ceilings", "none",
                "--reference", sample(), "--min-agreement", "0.9999");
        assertEquals(ExitCode.DONE, bench.exit(), bench.err());
        assertTrue(bench.out().contains("model.plan"), bench.out());
        Run otherSize = Run.of("bench", plan(), "--sizes", "32x64", "--ceilings", "none");
        assertEquals(ExitCode.FAILED, otherSize.exit());
        assertTrue(otherSize.err().contains("takes pictures of none of the sizes"), otherSize.err());

        Run compared = Run.of("compare", sample(), plan(), Small.png(folder.resolve("street.png")), "--threads", 1, "--size", "128x256");
        assertTrue(compared.err().contains("B: " + plan() + ", stand-in, fp32, 1 thread"), compared.err());
        assertTrue(compared.err().contains("100.000 % of 32768 pixels"), compared.err());

        byte[] damaged = Files.readAllBytes(plan());
        damaged[damaged.length / 2] ^= 1;
        Files.write(plan(), damaged);
        Run refused = Run.of("bench", plan(), "--sizes", "128x256", "--ceilings", "none");
        assertEquals(ExitCode.FAILED, refused.exit());
        assertTrue(refused.errors().getLast().startsWith("maskforge: " + plan() + " is refused: its checksum"), refused.err());
    }

    @Test
    void aWrongPlanIsNotWrittenUnlessItIsKept() throws IOException {
        System.setProperty(StandInProvider.FAULT, Fault.ONE_CLASS.name());
        Run run = build(sample());
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.err().contains("maskforge: labels, batch 1: "), run.err());
        assertTrue(run.err().contains("maskforge: output pred_logits: "), run.err());
        assertTrue(run.err().contains("maskforge: layer pred_logits: "), run.err());
        assertTrue(run.errors().getLast().startsWith("maskforge: " + plan() + " is not written, since the self-check fell short; "),
                run.err());
        assertEquals(List.of(), left());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"--engine abacus                   | there is no 'abacus', but ",
            "--size 65x128                     | the height 65 is no multiple of 32",
            "--sizes 64x64,64x128              | takes three, the smallest, the best and the largest, not 2",
            "--sizes 64x64,32x32,128x128       | a range goes from 1 or more by the best size to the largest",
            "--size 64x64 --sizes 64x64,64x64,64x64 | exclude each other", "--batch 1,2                       | takes one number or three",
            "--batch 0                         | a range goes from 1 or more", "--batch x                         | 'x' is not",
            "--workspace 4GB                   | '4GB' is no size; write it as 512MiB or 4GiB",
            "--workspace 1000                  | a workspace has at least 1 MiB",
            "--level 9                         | levels go from 0 to 5",
            "--output scores                   | a plan gives labels or raw, not scores", "--precision fp8                   | 'fp8'"})
    void wrongUsageIsTold(String options, String says) throws IOException {
        Run run = buildSmall(options);
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertTrue(run.err().contains(says), run.err());
        assertEquals(List.of(), left());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "--precision int8 --size 64x64     | engine 'stand-in' has no int8, but fp32, fp16",
            "--engine onnxruntime --size 64x64 | engine 'onnxruntime' compiles no plans",
            "--check-images missing            | there is no folder 'missing' with pictures for the self-check"})
    void whatCannotBeDoneIsTold(String options, String says) throws IOException {
        Run run = buildSmall(options);
        assertEquals(ExitCode.FAILED, run.exit(), run.err());
        assertTrue(run.errors().getLast().contains(says), run.err());
        assertEquals(List.of(), left());
    }

    private Run buildSmall(String options) {
        String all = options.contains("--engine") ? options : options + " --engine " + StandInProvider.NAME;
        return Run.of(Stream.concat(Stream.of("build", Small.checkpoint("maskformer-r50"), "-o", plan()), Stream.of(all.split(" +", -1)))
                .toArray());
    }

    @Test
    void aPlanIsToldByItsName() {
        Run run = Run.of("build", Small.checkpoint("maskformer-r50"), "-o", folder.resolve("model.engine"), "--engine", "stand-in");
        assertEquals(ExitCode.FAILED, run.exit());
        assertTrue(run.err().contains("does not end in .plan, by which plans are told; call it "), run.err());
    }

    @Test
    void doctorSaysWhoCompiles() {
        Run run = Run.of("doctor");
        assertTrue(run.out().contains("; compiles plans"), run.out());
        assertFalse(run.out().contains("null"), run.out());
    }

    @Test
    void theCacheIsShown() {
        Run run = Run.of("cache");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertTrue(run.out().lines().toList().getLast().matches("together .* of 10.0 GiB at most"), run.out());
        assertTrue(Run.of("cache", "--json").out().contains("\"limit\" : 10737418240"));
        assertEquals(List.of("999 B", "1.0 KiB", "1.5 MiB", "3.0 GiB"),
                Stream.of(999L, 1024L, 3L << 19, 3L << 30).map(CacheCommand::size).toList());
    }
}
