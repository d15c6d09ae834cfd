package dev.maskforge.cli;

import dev.maskforge.engine.Fault;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

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

    /// The plan's engine stands for one, so what is made of pixels is ONNX Runtime's, by the lowered operation.
    @Test
    void aPlanOfPixelsIsCheckedMeasuredComparedAndShownPictures() {
        Run run = build(sample(), "--input", "pixels");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        PlanRecord record = PlanFile.describe(plan());
        Run inspected = Run.of("inspect", plan());
        assertEquals(ExitCode.DONE, inspected.exit(), inspected.err());
        assertTrue(inspected.out().startsWith("MaskFormer, ResNet-50, "), inspected.out());
        assertTrue(inspected.out().contains("\nself-check passed: 4 pictures"), inspected.out());
        assertEquals("uint8[1, 128, 256, 3]", record.inputs().get("pixels"));
        assertEquals("int32[1, 2]", record.inputs().get("valid"));

        Run bench = Run.of("bench", plan(), "--sizes", "128x256", "--warmup", 0, "--runs", 3, "--threads", 1, "--ceilings", "none",
                "--reference", sample(), "--min-agreement", "0.9999");
        assertEquals(ExitCode.DONE, bench.exit(), bench.err());

        Path street = folder.resolve("street.png");
        PngFile.write(SampleScene.draw(5, new Size(128, 256)).image(), street);
        Path small = Small.png(folder.resolve("small.png"));
        Run compared = Run.of("compare", sample(), plan(), street, small, "--threads", 1, "--size", "128x256", "--min-agreement", "0.9999");
        assertEquals(ExitCode.DONE, compared.exit(), compared.err());

        Run segmented = Run.of("segment", plan(), street, small, "-o", folder.resolve("maps"), "--save", "labels", "--threads", 1);
        assertEquals(ExitCode.DONE, segmented.exit(), segmented.err());
        assertEquals("MaskFormer, ResNet-50, 100 queries, 19 classes, semantic, cityscapes (plan); stand-in, fp32, 1 thread",
                segmented.errors().getFirst().replaceFirst(" \\d+ queries", " 100 queries"));
        assertEquals(List.of(small + ": its labels are those of the network's size, each pixel with the nearest; borders are finer from "
                + "a plan built with '--output raw'"), segmented.errors().stream().filter(line -> line.contains("its labels")).toList());
        assertTrue(Files.isRegularFile(folder.resolve("maps").resolve("street.labels.png")), segmented.err());
        Run other = Run.of("segment", plan(), street, "-o", folder.resolve("maps"), "--size", "64x64");
        assertEquals(ExitCode.FAILED, other.exit());
        assertTrue(other.errors().getLast().contains("is made for pictures of 128x256 pixels alone"), other.err());
        Run panoptic = Run.of("segment", plan(), street, "-o", folder.resolve("maps"), "--save", "panoptic");
        assertEquals(ExitCode.FAILED, panoptic.exit());
    }

    /// None of this model's values exceeds what half precision is trusted with (its masks reach 200): that too is part of a plan.
    @Test
    void rangesOfHalfPrecisionAreMeasuredOnPictures() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        PngFile.write(SampleScene.draw(5, new Size(128, 256)).image(), pictures.resolve("street.png"));
        Run run = build(sample(), "--precision", "fp16", "--calibration", pictures);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", PlanFile.describe(plan()).options().settings().get("ranges"));
        Run fp32 = build(sample(), "--calibration", pictures);
        assertEquals(ExitCode.USAGE, fp32.exit());
        assertTrue(fp32.err().contains("'--calibration' is for '--precision fp16', and this is fp32"), fp32.err());
    }

    /// Pictures of the network's size, so that labels are those of the model itself.
    @Test
    void aPlanIsScoredAsItsCheckpoint() {
        assertEquals(ExitCode.DONE, build(sample(), "--input", "pixels").exit());
        Path scenes = folder.resolve("scenes");
        assertEquals(ExitCode.DONE, Run.of("scenes", "-q", "--count", 3, "--size", "128x256", "--seed", 7, "-o", scenes).exit());
        double ofPlan = meanIntersectionOverUnion(scenes, plan());
        double ofCheckpoint = meanIntersectionOverUnion(scenes, sample(), "--size", "128x256");
        System.out.println("mIoU of the plan " + ofPlan + ", of its checkpoint " + ofCheckpoint);
        // A pixel of 100,000 where two classes are level.
        assertEquals(ofCheckpoint, ofPlan, 1e-4);
        assertTrue(ofPlan > 0.3, () -> "mIoU is " + ofPlan);
    }

    private static double meanIntersectionOverUnion(Path scenes, Path model, Object... more) {
        Run run = Run
                .of(Stream.concat(Stream.of("evaluate", "--dataset", "cityscapes", "--root", scenes, model, "--json", "-q", "--threads", 1,
                        "--metrics", "semantic"), Stream.of(more)).toArray());
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        return JsonMapper.shared().readTree(run.out()).get("scores").get("semantic").get("averageScoreClasses").asDouble();
    }

    /// Its weights mean nothing, so nothing can be said of it, and it is kept all the same.
    @Test
    void aPlanForARangeTakesPicturesOfItAlone() {
        Run run = Run.of("build", Small.checkpoint("maskformer-r50"), "-o", plan(), "--engine", StandInProvider.NAME, "--threads", 1,
                "--sizes", "64x64,64x128,128x128", "--batch", "1,1,2", "--output", "raw", "--input", "pixels", "--keep");
        assertTrue(Set.of(ExitCode.DONE, ExitCode.SHORTFALL).contains(run.exit()), run.err());
        assertEquals("uint8[n, 32*h, 32*w, 3]", PlanFile.describe(plan()).inputs().get("pixels"));
        Path small = Small.png(folder.resolve("small.png"));
        Run fits = Run.of("segment", plan(), small, small, "-o", folder.resolve("maps"), "--size", "64x128", "--threads", 1);
        assertEquals(ExitCode.DONE, fits.exit(), fits.err());
        assertFalse(fits.err().contains("its labels"), fits.err());
        Run large = Run.of("segment", plan(), small, "-o", folder.resolve("maps"), "--threads", 1);
        assertEquals(ExitCode.FAILED, large.exit());
        assertTrue(large.err().contains(plan() + " is made for sizes from 64x64 to 128x128, and a picture of 64x128 would enter at "),
                large.err());
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
