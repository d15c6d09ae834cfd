package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionProgram;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.precision.Ranges;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GatherDeformableAttentionTest {
    private static final Path SAMPLES = Path.of(System.getProperty("maskforge.samples", "../samples"), "models");
    private static final String MASK2FORMER = "mask2former-resnet-cityscapes-panoptic";
    /// Four heads of eight channels, two points in each of two levels: 32 values, 32 offsets and 16 logits.
    private static final String ATTENTION = "DeformableAttention{heads=4, points=2, levels=[[4, 6], [2, 3]]}";

    /// @param constants lines of them
    /// @param lines     from `p`, the merged product `[2, 30, 80]`, to `offsets` and `logits`
    private static Graph graph(String constants, String... lines) {
        return filled(GraphText.parse("(x: float32[2, 30, 16]) -> (sampled) {\n  weight: float32[80, 16]\n" + constants
                + "\n  p = Linear(x, weight)\n  value = Slice{axis=2, start=0, end=32}(p)\n" + String.join("\n", lines) + "\n  sampled = "
                + ATTENTION + "(value, offsets, logits)\n}\n"));
    }

    private static final String JOINED = """
              both = Slice{axis=2, start=32, end=80}(p)
              sum = Add(both, table)
              offsets = Slice{axis=2, start=0, end=32}(sum)
              logits = Slice{axis=2, start=32, end=48}(sum)
            """;

    private static final String APART = """
              o = Slice{axis=2, start=32, end=64}(p)
              offsets = Add(a, o)
              l = Slice{axis=2, start=64, end=80}(p)
              logits = Add(l, b)
            """;

    /// Constants that are numbers.
    private static Graph filled(Graph graph) {
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        graph.initializers().forEach((name, constant) -> constants.put(name, JoinChecks.numbers(name.hashCode(),
                constant.shape().dimensions().stream().mapToLong(dimension -> dimension.size()).toArray())));
        return new Graph(graph.inputs(), graph.outputs(), graph.nodes(), constants, graph.types(), graph.metadata());
    }

    private static Graph gathered(Graph graph) {
        return Verifier.verify(new RemoveUnused().apply(new GatherDeformableAttention().apply(graph).graph()).graph());
    }

    private static DeformableAttentionProgram program(Graph gathered) {
        assertEquals(KernelSteps.DEFORMABLE_ATTENTION, KernelSteps.name(gathered.nodes().getLast()));
        return DeformableAttentionProgram.of(((Operation.Subgraph) gathered.nodes().getLast().operation()).graph());
    }

    private static void says(Graph apart, Graph gathered, Tensor x) {
        assertArrayEquals(Objects.requireNonNull(Interpreter.run(apart, Map.of("x", x)).get("sampled")).toFloats(),
                Objects.requireNonNull(Interpreter.run(gathered, Map.of("x", x)).get("sampled")).toFloats());
    }

    /// One table for all pictures, without an axis of them or with it, and one for each.
    @ParameterizedTest
    @ValueSource(strings = {"30", "1, 30", "2, 30"})
    void readsTheProductAndATable(String rows) {
        Graph graph = graph("  table: float32[" + rows + ", 48]", JOINED);
        Graph gathered = gathered(graph);
        assertEquals(List.of("p", "deformable_attention"), gathered.nodes().stream().map(Node::name).toList());
        assertEquals(List.of("p", "table"), gathered.nodes().getLast().inputs());
        DeformableAttentionProgram program = program(gathered);
        assertEquals(32, program.offsets().product().start());
        assertEquals(64, program.logits().product().start());
        assertEquals(0, program.offsets().table().start());
        assertEquals(32, program.logits().table().start());
        says(graph, gathered, JoinChecks.numbers(4, 2, 30, 16));
    }

    /// Each with a table of its own, which need not be of as many pictures as the other.
    @Test
    void readsTwoTables() {
        Graph graph = graph("  a: float32[30, 32]\n  b: float32[2, 30, 16]", APART);
        Graph gathered = gathered(graph);
        assertEquals(Set.of("p", "a", "b"), Set.copyOf(gathered.nodes().getLast().inputs()));
        assertEquals("b", program(gathered).logits().table().matrix());
        says(graph, gathered, JoinChecks.numbers(4, 2, 30, 16));
    }

    /// Of a picture alone, where the table looks just like what it is added to.
    @Test
    void onePictureIsNoOtherCase() {
        Graph graph = GraphText.parse(GraphText.print(graph("  a: float32[1, 30, 32]\n  b: float32[1, 30, 16]", APART))
                .replace("float32[2, ", "float32[1, "));
        Graph gathered = gathered(filled(graph));
        says(filled(graph), gathered, JoinChecks.numbers(4, 1, 30, 16));
        program(gathered);
    }

    /// However large: what a runtime hands on is copied at each run.
    @Test
    void computedTablesOfConstantSizesBecomeConstants() {
        Graph graph = graph("  positions: float32[30, 4]\n  pw: float32[96, 4]",
                "  all = Linear(positions, pw)", "  a = Slice{axis=1, start=0, end=32}(all)",
                "  b = Slice{axis=1, start=64, end=80}(all)", "  table = Concat{axis=1}(a, b)", JOINED);
        Graph gathered = gathered(graph);
        assertEquals(List.of("p", "deformable_attention"), gathered.nodes().stream().map(Node::name).toList());
        assertEquals(Set.of("weight", "table"), gathered.initializers().keySet());
        says(graph, gathered, JoinChecks.numbers(4, 2, 30, 16));
    }

    /// Of free sizes they are columns of what one product gives for all layers, and are not joined.
    @Test
    void tablesOfFreeSizesAreReadWhereTheyAreComputed() {
        Graph graph = filled(GraphText.parse("""
                (x: float32[n, 5*h*w, 16]) -> (sampled) {
                  weight: float32[80, 16]
                  pw: float32[96, 1]
                  p = Linear(x, weight)
                  value = Slice{axis=2, start=0, end=32}(p)
                  rows = Range{length=5*h*w}()
                  numbers = Cast{to=float32}(rows)
                  column = Reshape{shape=[5*h*w, 1]}(numbers)
                  all = Linear(column, pw)
                  a = Slice{axis=1, start=16, end=48}(all)
                  b = Slice{axis=1, start=48, end=64}(all)
                  table = Concat{axis=1}(a, b)
                """ + JOINED
                + "  sampled = DeformableAttention{heads=4, points=2, levels=[[h, w], [2*h, 2*w]]}(value, offsets, logits)\n}\n"));
        Graph gathered = gathered(graph);
        DeformableAttentionProgram program = program(gathered);
        assertEquals("all", program.offsets().table().matrix());
        assertEquals(16, program.offsets().table().start());
        assertEquals("all", program.logits().table().matrix());
        assertEquals(48, program.logits().table().start());
        assertEquals(List.of("p", "rows", "numbers", "column", "all", "deformable_attention"),
                gathered.nodes().stream().map(Node::name).toList());
    }

    /// A bias of all tokens.
    @ParameterizedTest
    @ValueSource(strings = {"  table: float32[48]", "  table: float32[1, 1, 48]"})
    void leavesAloneWhatIsNoTable(String table) {
        Graph graph = graph(table, JOINED);
        assertSame(graph, new GatherDeformableAttention().apply(graph).graph());
    }

    @Test
    void leavesAloneWhatFollowsFromThePicture() {
        Graph graph = graph("  tw: float32[48, 16]", "  table = Linear(x, tw)", JOINED);
        assertSame(graph, new GatherDeformableAttention().apply(graph).graph());
    }

    @Test
    void leavesAloneWhatIsNotAligned() {
        Graph graph = GraphText.parse(GraphText.print(graph("  table: float32[30, 48]", JOINED))
                .replace("start=0, end=32}(p)", "start=2, end=34}(p)"));
        assertSame(graph, new GatherDeformableAttention().apply(graph).graph());
    }

    /// In all layers, at a size and at any; the tables are constants of kernels, once each, or come from segments.
    @ParameterizedTest
    @CsvSource({"FP16", "TF32", "FP32"})
    void allLayersOfTheSampleModelAreGathered(Precision precision) {
        Preparation preparation = new Preparation(true, precision, KernelForms.all(), Ranges.none());
        try (ModelFile file = ModelFile.open(SAMPLES.resolve(MASK2FORMER), ModelOptions.none())) {
            for (InputShape shape : List.of(InputShape.ofSize(64, 128).withBatch(1), InputShape.ofSize(64, 128).withBatch(2),
                    InputShape.free())) {
                Graph authored = file.graph(shape, Output.LABELS);
                Graph graph = Verifier.verify(preparation.apply(authored).graph());
                List<Node> layers = graph.nodes().stream()
                        .filter(node -> KernelSteps.name(node).equals(KernelSteps.DEFORMABLE_ATTENTION)).toList();
                assertEquals(authored.nodes().stream().filter(node -> node.operation() instanceof Operation.DeformableAttention).count(),
                        layers.size());
                for (Node layer : layers) {
                    assertTrue(layer.operation() instanceof Operation.Subgraph, layer.toString());
                    DeformableAttentionProgram program = DeformableAttentionProgram.of(((Operation.Subgraph) layer.operation()).graph());
                    assertEquals(program.value().matrix(), program.offsets().product().matrix());
                    assertEquals(program.value().matrix(), program.logits().product().matrix());
                    boolean isFree = shape.equals(InputShape.free());
                    assertEquals(!isFree, graph.initializers().containsKey(program.offsets().table().matrix()), program.toString());
                }
                assertTrue(Partition.ofNodes(graph, preparation.cuts(graph)).steps().stream()
                        .noneMatch(step -> step instanceof Partition.Step.Kernel(Node node, _, _)
                                && node.operation() instanceof Operation.DeformableAttention));
                System.out.printf("%s %s: %s%n", shape, precision, layers.getFirst().inputs().stream().map(graph::type).toList());
            }
        }
    }

    /// As without the kernel, and where columns are to be copied.
    @Test
    void otherFormsHaveTheirSums() {
        Graph graph = graph("  table: float32[30, 48]", JOINED);
        for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
            for (boolean columns : new boolean[]{false, true}) {
                Graph prepared = new Preparation(true, Precision.TF32,
                        new SettledForms(form, AttentionForm.NETWORK, QueriesForm.NETWORK, GroupNormalizationForm.NETWORK,
                                MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, columns, LabelsForm.NETWORK),
                        Ranges.none()).apply(graph).graph();
                boolean isGathered = form == DeformableAttentionForm.KERNEL && columns;
                assertEquals(isGathered, prepared.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.Subgraph));
            }
        }
    }
}
