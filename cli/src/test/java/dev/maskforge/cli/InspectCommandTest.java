package dev.maskforge.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge inspect`
class InspectCommandTest {
    private static final String CONVOLUTION = "backbone.res3.1.conv2.weight";
    private static final List<String> FIELDS = List.of("file", "md5", "architecture", "backbone", "task", "dataset", "classes", "queries",
            "tensors", "used", "parameters", "ignored", "missing", "misshapen", "unused", "metadata", "skipped");

    @Test
    void saysWhatAWholeCheckpointHolds() {
        Run run = Run.of("inspect", Small.checkpoint("mask2former-r50"));
        assertEquals(ExitCode.DONE, run.exit());
        assertEquals("", run.err());
        assertEquals(List.of("Mask2Former, ResNet-50, 20 queries, 19 classes, semantic, cityscapes",
                "611 tensors, 0.79 million parameters, md5 d3f441bd621641ba413ac378568d7f00",
                "557 used, 54 for training only, 0 missing, 0 of another shape, 0 not used", "__author__: Maskforge fixture"),
                run.out().lines().toList());
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("inspect", "-q", Small.checkpoint("mask2former-r50")));
    }

    @Test
    void saysTheSameToMachines() {
        Run run = Run.of("inspect", "--json", Small.checkpoint("mask2former-r50"));
        assertEquals(ExitCode.DONE, run.exit());
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertEquals(FIELDS, List.copyOf(facts.propertyNames()));
        assertEquals("Mask2Former", facts.get("architecture").asString());
        assertEquals("ResNet-50", facts.get("backbone").asString());
        assertEquals("semantic", facts.get("task").asString());
        assertEquals(611, facts.get("tensors").asInt());
        assertEquals(54, facts.get("ignored").size());
        assertEquals("Maskforge fixture", facts.get("metadata").get("__author__").asString());
    }

    @Test
    void listsWhatDoesNotFit(@TempDir Path folder) throws IOException {
        Path file = CheckpointCopy.of(Small.checkpoint("maskformer-r50")).without("backbone.res3.0.conv2.weight").zeros(CONVOLUTION, 3, 3)
                .zeros("backbone.res3.1.conv9.weight", 1).save(folder.resolve("odd.pkl"));
        Run run = Run.of("inspect", file);
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.out().contains("1 missing, 1 of another shape, 1 not used"), run.out());
        assertTrue(run.out().contains("\n  missing: 'backbone.res3.0.conv2.weight' [8, 8, 3, 3]\n"), run.out());
        assertTrue(run.out().contains("\n  of another shape: '" + CONVOLUTION + "' is float16[3, 3], the model wants [8, 8, 3, 3]\n"),
                run.out());
        assertTrue(run.out().contains("\n  not used: backbone.res3.1.conv9.weight\n"), run.out());
        assertEquals(new Run(ExitCode.SHORTFALL, "", ""), Run.of("inspect", "-q", file));
        Run machine = Run.of("inspect", "--json", file);
        assertEquals(ExitCode.SHORTFALL, machine.exit());
        JsonNode facts = new JsonMapper().readTree(machine.out());
        assertEquals(1, facts.get("missing").size());
        assertEquals(1, facts.get("misshapen").size());
        assertEquals("backbone.res3.1.conv9.weight", facts.get("unused").get(0).asString());
    }

    @Test
    void takesTheUsersWordForTaskAndDataset() {
        Run run = Run.of("inspect", Small.checkpoint("maskformer-r50"), "--task", "panoptic", "--dataset", "coco");
        assertTrue(run.out().startsWith("MaskFormer, ResNet-50, 20 queries, 19 classes, panoptic, coco\n"), run.out());
    }

    @Test
    void showsWhatEachPassDoes() {
        Run run = Run.of("inspect", Small.checkpoint("mask2former-r50"), "--passes", "--size", "64x128");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        List<String> lines = run.out().lines().toList();
        int head = lines.indexOf("");
        assertTrue(lines.get(head + 1).matches("passes for onnxruntime, 64x128 +matches +refused +nodes +GFLOP +MB moved +ms"), run.out());
        assertTrue(lines.get(head + 2).startsWith("as authored "), run.out());
        assertTrue(lines.stream().anyMatch(line -> line.matches("fold batch normalisation into convolutions +53 +0 .*")), run.out());
        assertTrue(lines.stream().anyMatch(line -> line.matches("resize mask features instead of masks +9 +0 .*")), run.out());
        assertTrue(lines.stream().anyMatch(line -> line.matches("fold the mask features' convolution into mask embeddings +10 +0 .*")),
                run.out());
        assertTrue(lines.stream().noneMatch(line -> line.contains(" refused ") && line.startsWith("  ")), run.out());
    }

    @Test
    void saysWhyAPassRefused() {
        Run run = Run.of("inspect", Small.checkpoint("maskformer-r50"), "--passes", "--size", "64x128", "-v");
        assertTrue(run.out().contains("\n  fold the mask features' convolution into mask embeddings refused sem_seg_head.predictor/MatMul: "
                + "the convolution does more than mix the channels of a pixel\n"), run.out());
    }

    @Test
    void saysTheSameOfPassesToMachines() {
        Run run = Run.of("inspect", "--json", Small.checkpoint("maskformer-r50"), "--passes", "--size", "64x128");
        JsonNode passes = new JsonMapper().readTree(run.out()).get("passes");
        assertEquals("onnxruntime", passes.get("engine").asString());
        assertEquals("64x128", passes.get("size").asString());
        JsonNode last = passes.get("passes").get(0);
        assertEquals(List.of("pass", "matches", "refusals", "before", "after", "seconds"), List.copyOf(last.propertyNames()));
        assertEquals(List.of("nodes", "flops", "bytes"), List.copyOf(last.get("after").propertyNames()));
        for (JsonNode pass : passes.get("passes")) {
            assertTrue(pass.get("after").get("flops").asLong() > 0, pass::toString);
            pass.get("refusals").forEach(refusal -> assertEquals(List.of("node", "reason"), List.copyOf(refusal.propertyNames())));
        }
    }

    @Test
    void doesNotKnowPassesOfOtherEngines() {
        Run run = Run.of("inspect", Small.checkpoint("maskformer-r50"), "--passes", "--engine", "abacus");
        assertEquals(ExitCode.USAGE, run.exit());
        assertTrue(run.errors().getFirst().contains("there is no 'abacus', but "), run.err());
    }
}
