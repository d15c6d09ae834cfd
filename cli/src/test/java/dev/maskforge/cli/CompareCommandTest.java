package dev.maskforge.cli;

import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge compare`
class CompareCommandTest {
    /// The one that is opened fastest.
    private static final Path CHECKPOINT = Small.checkpoint("maskformer-r50");
    private static final Path WITH_DEFORMABLE_ATTENTION = Small.checkpoint("mask2former-r50");

    @TempDir
    private Path folder;

    private Path picture;

    @BeforeEach
    void picture() {
        picture = Small.png(folder.resolve("street.png"));
    }

    private static Run compare(Object... arguments) {
        return Run.of(Stream.concat(Stream.of("compare"), Stream.of(arguments)).toArray());
    }

    @Test
    void oneCheckpointOnTwoEngines() {
        Run run = compare(CHECKPOINT, CHECKPOINT, picture, "--size", "32x64", "--engine-b", "reference", "--threads", "1",
                "--min-agreement",
                "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("A, the reference: " + CHECKPOINT + ", onnxruntime, fp32, 1 thread", run.errors().getFirst());
        assertEquals("B: " + CHECKPOINT + ", reference, fp32, 1 thread", run.errors().get(1));
        assertTrue(run.errors().get(2).matches("1/1 .*street\\.png: 64x128, .* clear ones, \\d+ classes; pred_logits: .*; pred_masks: .*"),
                run.err());
        List<String> answer = run.out().lines().toList();
        assertTrue(answer.getFirst().matches("class in A +pixels +agree +clear +agree"), run.out());
        assertTrue(answer.stream().anyMatch(line -> line.matches("all +8192 .* 100\\.000 %")), run.out());
        assertTrue(answer.getLast().startsWith("passed: ") && answer.getLast().endsWith(", and 100.0 % is the least"), run.out());
    }

    @Test
    void anExpansionThatWasAskedForIsToldOfItsSide() {
        Run run = compare(WITH_DEFORMABLE_ATTENTION, WITH_DEFORMABLE_ATTENTION, picture, "--size", "32x64", "--deformable-attention-b",
                "gather", "--json");
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertFalse(facts.get("a").has("deformableAttention"), run.out());
        assertEquals("gather", facts.get("b").get("deformableAttention").asString());
    }

    /// Two right expansions of deformable attention pass, and the model without it does not.
    @Test
    void whatIsLeftOutIsFound() throws IOException {
        Path right = folder.resolve("right.onnx");
        Path gather = folder.resolve("gather.onnx");
        Path wrong = folder.resolve("wrong.onnx");
        assertEquals(ExitCode.DONE,
                Run.of("convert", WITH_DEFORMABLE_ATTENTION, "-o", right, "--output", "raw", "--size", "free", "-q").exit());
        assertEquals(ExitCode.DONE, Run.of("convert", WITH_DEFORMABLE_ATTENTION, "-o", gather, "--output", "raw", "--size", "free", "-q",
                "--deformable-attention", "gather").exit());
        writeWithoutDeformableAttention(wrong);
        Path differences = folder.resolve("new/differences");
        for (Path same : List.of(right, gather)) {
            Run run = compare(WITH_DEFORMABLE_ATTENTION, same, picture, "--size", "32x64", "--min-agreement", "0.9999", "--engine-a",
                    "reference");
            assertEquals(ExitCode.DONE, run.exit(), run.err() + run.out());
        }
        Run run = compare(WITH_DEFORMABLE_ATTENTION, wrong, picture, "--size", "32x64", "--min-agreement", "0.999", "--difference",
                differences);
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.out().lines().toList().getLast().startsWith("fell short: "), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("\\w[\\w ]* became \\w[\\w ]*: \\d+ pixels, \\d+ of them clear")),
                run.out());
        BufferedImage difference = ImageIO.read(differences.resolve("street.difference.png").toFile());
        assertTrue(difference.getHeight() > 64 && difference.getWidth() >= 128);
        // The file holds the graph as authored: all of its layers are those of the checkpoint.
        Run layers = compare(WITH_DEFORMABLE_ATTENTION, wrong, picture, "--size", "32x64", "--layers", "--json", "-q", "--graph-a",
                "authored");
        JsonNode found = new JsonMapper().readTree(layers.out()).get("layers");
        assertEquals(List.of("picture", "bound", "values", "first", "measured"), List.copyOf(found.propertyNames()));
        assertEquals("sem_seg_head.pixel_decoder.transformer.encoder.layers.0.self_attn.output_proj/Linear/MatMul",
                found.get("first").get("output").asString());
        // Without a share that must agree, nothing can fall short of it.
        assertEquals(ExitCode.DONE, compare(WITH_DEFORMABLE_ATTENTION, wrong, picture, "--size", "32x64", "-q").exit());
    }

    /// Each token takes its own value in place of those around it (tools/onnx/leave_out_deformable_attention.py does it to files).
    private static void writeWithoutDeformableAttention(Path target) throws IOException {
        try (ModelFile model = ModelFile.open(WITH_DEFORMABLE_ATTENTION, ModelOptions.none())) {
            Graph whole = model.graph(model.freeInput(), Output.RAW);
            Map<String, String> instead = new HashMap<>();
            whole.nodes().stream().filter(node -> node.operation() instanceof Operation.DeformableAttention)
                    .forEach(node -> instead.put(node.output(), node.inputs().getFirst()));
            assertEquals(6, instead.size());
            List<Node> nodes = whole.nodes().stream().map(node -> new Node(node.name(), node.operation(),
                    node.inputs().stream().map(name -> instead.getOrDefault(name, name)).toList(), node.outputs())).toList();
            Graph wrong = new Graph(whole.inputs(), whole.outputs(), nodes, whole.initializers(), whole.types(), whole.metadata());
            Lowering lowering = new Lowering(Set.of(), DeformableAttention.GRID_SAMPLE);
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OnnxWriter.write(Pipeline.of(new RemoveUnused(), lowering, new RemoveUnused()).run(wrong).graph(), "", channel);
            }
        }
    }

    @Test
    void layersAreShownByScope() {
        Run run = compare(CHECKPOINT, CHECKPOINT, picture, "--size", "32x64", "--engine-b", "reference", "--layers");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("backbone\\.res2\\.\\d +\\d+ +\\d\\.\\de-0\\d")), run.out());
        assertEquals("none is above 0.001", run.out().lines().toList().getLast());
        assertEquals("backbone.res2.0", LayerTable.scope("backbone.res2.0.conv1/Conv"));
        assertEquals("sem_seg_head.predictor", LayerTable.scope("sem_seg_head.predictor/Add_3"));
        assertEquals("model.stages.2", LayerTable.scope("/model/stages.2/blocks.0/Add_output_0"));
        assertEquals("pred_masks", LayerTable.scope("pred_masks"));
    }

    @Test
    void machinesAreToldAllOfIt() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.png"), "bad");
        Path file = folder.resolve("agreement.json");
        Run run = compare(CHECKPOINT, WITH_DEFORMABLE_ATTENTION, picture, bad, "--size", "32x64", "--json", "-o", file, "-q",
                "--min-agreement", "0.5");
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(2, run.errors().size(), run.err());
        JsonNode facts = new JsonMapper().readTree(run.out());
        assertEquals(facts, new JsonMapper().readTree(Files.readString(file)));
        assertEquals(List.of("a", "b", "comparedAt", "margin", "agreement", "unlabelled", "classes", "confusions", "errors", "conclusive",
                "minAgreement", "verdict", "pictures"), List.copyOf(facts.propertyNames()));
        assertEquals(List.of("path", "kind", "engine", "precision", "threads", "graph"), List.copyOf(facts.get("a").propertyNames()));
        JsonNode agreement = facts.get("agreement");
        assertEquals(List.of("pixels", "equal", "ofAll", "clear", "clearEqual", "ofClear"), List.copyOf(agreement.propertyNames()));
        assertEquals(64 * 128, agreement.get("pixels").asInt());
        assertEquals(64 * 128, facts.get("classes").values().stream().mapToInt(row -> row.get("pixels").asInt()).sum());
        assertEquals(64 * 128 - agreement.get("equal").asInt(),
                facts.get("confusions").values().stream().mapToInt(row -> row.get("pixels").asInt()).sum());
        assertEquals("fell short", facts.get("verdict").asString());
        assertTrue(facts.get("conclusive").asBoolean());
        assertEquals(List.of("picture", "height", "width", "agreement", "unlabelled", "classes", "confusions", "errors"),
                List.copyOf(facts.get("pictures").get(0).propertyNames()));
        assertEquals(List.of("picture", "error"), List.copyOf(facts.get("pictures").get(1).propertyNames()));
        assertEquals(bad.toString(), facts.get("pictures").get(1).get("picture").asString());
    }

    @Test
    void labelMapsOfSegmentAreCompared() {
        Path maps = folder.resolve("maps");
        assertEquals(ExitCode.DONE,
                Run.of("segment", CHECKPOINT, picture, "-o", maps, "--size", "32x64", "--save", "labels", "-q").exit());
        Run run = compare(maps, CHECKPOINT, picture, "--size", "32x64", "--min-agreement", "1");
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertTrue(run.out().contains("A says labels alone and not how sure it is"), run.out());
        List<String> table = run.out().lines().toList();
        assertTrue(table.getFirst().matches("class in A +pixels +agree"), run.out());
        assertTrue(table.stream().anyMatch(line -> line.matches("all +8192 +100\\.000 %")), run.out());
        Run between = compare(maps, maps, picture, "--dataset", "cityscapes", "--json", "-q");
        assertEquals(ExitCode.DONE, between.exit(), between.err());
        JsonNode facts = new JsonMapper().readTree(between.out());
        assertEquals(List.of("path", "kind"), List.copyOf(facts.get("a").propertyNames()));
        assertEquals(List.of("pixels", "equal", "ofAll"), List.copyOf(facts.get("agreement").propertyNames()));
    }

    /// A folder that says one class everywhere.
    @Test
    void aReferenceThatSaysOneClassIsInconclusive() throws IOException {
        Path maps = Files.createDirectory(folder.resolve("maps"));
        BufferedImage grey = new BufferedImage(128, 64, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(grey, "png", maps.resolve("street.png").toFile());
        Run run = compare(maps, maps, picture, "--label-ids", "train");
        assertEquals(ExitCode.SHORTFALL, run.exit(), run.err());
        assertTrue(run.out().lines().toList().getLast().startsWith("inconclusive: A gives 1 of at least 3 classes"), run.out());
        assertEquals(ExitCode.SHORTFALL, compare(maps, maps, picture, "--label-ids", "train", "-q").exit());
    }

    private static void refused(int exit, String expected, Object... arguments) {
        Run run = compare(arguments);
        assertEquals(exit, run.exit(), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains(expected), run.err());
        assertEquals("", run.out());
    }

    @Test
    void whatCannotBeIsToldInOneLine() throws IOException {
        refused(ExitCode.USAGE, "--engine-b", CHECKPOINT, CHECKPOINT, picture, "--engine-b", "abacus");
        refused(ExitCode.USAGE, "'--engine'", CHECKPOINT, CHECKPOINT, picture, "--engine", "abacus");
        refused(ExitCode.USAGE, "1.5 is not a share from 0 to 1", CHECKPOINT, CHECKPOINT, picture, "--min-agreement", "1.5");
        refused(ExitCode.USAGE, "not a share", CHECKPOINT, CHECKPOINT, picture, "--min-agreement", "NaN");
        refused(ExitCode.USAGE, "-1.0 is no error", CHECKPOINT, CHECKPOINT, picture, "--layer-error", "-1");
        refused(ExitCode.FAILED, "would replace", CHECKPOINT, CHECKPOINT, picture, "-o", picture);
        refused(ExitCode.FAILED, "it is a folder", CHECKPOINT, CHECKPOINT, picture, "-o", folder);
        refused(ExitCode.FAILED, "make it", CHECKPOINT, CHECKPOINT, picture, "-o", folder.resolve("none/a.json"));
        refused(ExitCode.FAILED, "is a file", CHECKPOINT, CHECKPOINT, picture, "--difference", picture);
        Path drawn = Small.png(folder.resolve("street.difference.png"));
        refused(ExitCode.FAILED, "would replace", CHECKPOINT, CHECKPOINT, picture, drawn, "--difference", folder);
        Path onnx = folder.resolve("cut.onnx");
        Files.write(onnx, Arrays.copyOf(Files.readAllBytes(CHECKPOINT), 5000));
        refused(ExitCode.FAILED, "cut.onnx cannot be read", CHECKPOINT, onnx, picture);
        refused(ExitCode.FAILED, "there is no such file", CHECKPOINT, folder.resolve("missing.onnx"), picture);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused(ExitCode.FAILED, "street.png: the folder '" + empty + "' has no label map of 'street'", empty, CHECKPOINT, picture, "-q");
        assertFalse(Files.exists(folder.resolve("none")));
    }
}
