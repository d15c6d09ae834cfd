package dev.maskforge.cli;

import dev.maskforge.engine.plan.CheckFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge inspect` on plans, of an engine that need not be here. What is refused: [Hostile].
class InspectPlanTest {
    @TempDir
    private Path folder;

    private Path plan() {
        return folder.resolve("model.plan");
    }

    @Test
    void saysWhatAPlanIs() throws IOException {
        Run run = Run.of("inspect", SmallPlan.write(plan()));
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", run.err());
        assertEquals(List.of("MaskFormer, ResNet-50, 100 queries, 3 classes, semantic, cityscapes (plan)",
                "made by maskforge 0.1.0 at 2026-11-26T08:15:00Z for engine tensorrt: TensorRT 10.6.0, NVIDIA H100, compute capability 9.0, "
                        + "driver 12.8",
                "fp16, batch 1,1,8, height 512, width 1024, workspace 4.0 GiB, level 3, lowering=kernel",
                "takes 'pixels' uint8[n, 512, 1024, 3], 'valid' int32[n, 2]; gives 'labels' uint8[n, 512, 1024]",
                "1000 B, as it was written: sha256 " + SmallPlan.SHA_256,
                "self-check passed: 4 pictures, at least 0.999 of the clear pixels must agree",
                "  raw outputs, batch 1: 99.9450 % of 524288 pixels agree, 100.0000 % of 500000 clear ones, 17 classes",
                "  raw outputs, batch 1: pred_logits 1.2e-03 relative, 3.0e-01 absolute",
                "  raw outputs, batch 1: pred_masks not finite relative, not finite absolute",
                "  labels, batch 8: 99.9999 % of 4194304 pixels agree, none of 0 clear ones, 17 classes", "graph: " + "0".repeat(64),
                "lowering: kernel", "kernels: 6 DeformableAttention", "maskforge.version: 0.1.0", "maskforge.source: model.pkl",
                "maskforge.class_names: road, sky, up\\u202edown"), run.out().lines().toList());
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("inspect", "-q", plan()));
    }

    @Test
    void saysTheSameToMachines() throws IOException {
        Run run = Run.of("inspect", "--json", SmallPlan.write(plan()));
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertEquals(List.of("file", "record"), List.copyOf(facts.propertyNames()));
        assertEquals(plan().toString(), facts.get("file").asString());
        assertEquals(new JsonMapper().readTree(Files.readString(folder.resolve("model.plan.json"))), facts.get("record"));
    }

    @Test
    void aPlanThatDidNotPassSaysWhy() throws IOException {
        CheckFigures check = new CheckFigures("fell short", 0.999, 4, List.of(SmallPlan.labels()),
                List.of("labels, batch 8: too few agree"));
        Run run = Run.of("inspect", SmallPlan.write(plan(), SmallPlan.metadata(), check));
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.out().contains("\nself-check fell short: 4 pictures"), run.out());
        assertTrue(run.out().contains("\n  finding: labels, batch 8: too few agree\n"), run.out());
        assertEquals(new Run(ExitCode.SHORTFALL, "", ""), Run.of("inspect", "-q", plan()));
    }

    @Test
    void whatFilesSaySteersNoTerminalAndFloodsNone() throws IOException {
        SequencedMap<String, String> metadata = SmallPlan.map("a\u001b[2J", "x".repeat(100_000), "b", "\r\n\nc\u2028d");
        CheckFigures check = new CheckFigures("passed", 0.999, -1, List.of(), List.of("\u0007".repeat(1000)));
        Run run = Run.of("inspect", SmallPlan.write(plan(), metadata, check));
        assertTrue(run.out().startsWith("it does not say of which model it is (plan)\n"), run.out());
        assertTrue(run.out().lines().noneMatch(line -> line.chars().anyMatch(Character::isISOControl)), run.out());
        assertTrue(run.out().contains("\na\\u001b[2J: xxx"), run.out());
        assertTrue(run.out().contains("xxx... ('--json' has it all)\n"), run.out());
        assertTrue(run.out().length() < 6000, () -> run.out().length() + " characters");
    }

    /// Also where it says what holds anyway, or names what is not there.
    @ParameterizedTest
    @ValueSource(strings = {"--passes", "--size=512x1024", "--engine=onnxruntime", "--engine=abacus", "--task=semantic",
            "--dataset=cityscapes", "--config=nowhere.yaml", "--classes=nowhere.txt"})
    void whatIsForCheckpointsIsRefused(String option) throws IOException {
        Run run = Run.of("inspect", "--json", "-q", "-v", SmallPlan.write(plan()), option);
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertEquals("", run.out());
        assertEquals(
                List.of("maskforge: '" + option.split("=", 2)[0] + "' is for checkpoints, and " + plan() + " is a plan, which says itself "
                        + "what it is and no longer has the graph that it was made of; see 'maskforge inspect --help'"),
                run.errors());
    }

    @Test
    void allThatIsRefusedIsNamed() throws IOException {
        Run run = Run.of("inspect", SmallPlan.write(plan()), "--size", "64x128", "--passes", "--task", "panoptic");
        assertEquals(ExitCode.USAGE, run.exit(), run.err());
        assertTrue(run.errors().getFirst().startsWith("maskforge: '--size', '--passes', '--task' are for checkpoints, and "), run.err());
    }
}
