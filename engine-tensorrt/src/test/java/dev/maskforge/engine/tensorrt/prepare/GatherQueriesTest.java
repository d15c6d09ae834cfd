package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryProgram;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Pass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GatherQueriesTest {
    private static final long BATCH = 2;

    /// Attention among seven queries, as passes leave it: one product, of which queries and keys get their positions.
    private static final String ATTENTION = """
              all: float32[192, 64]
              bias: float32[192]
              positions: float32[7, 64]
              w: float32[64, 64]
              b: float32[64]
              qkv = Linear(x, all, bias)
              q = Slice{axis=2, start=0, end=64}(qkv)
              k = Slice{axis=2, start=64, end=128}(qkv)
              v = Slice{axis=-1, start=128, end=192}(qkv)
              qp = Add(q, positions)
              kp = Add(positions, k)
              a = Attention{heads=2}(qp, kp, v)
              o = Linear(a, w, b) as layers.0.self_attn/Linear
            """;

    @Test
    void aLayerIsOneSubgraph() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (y)", ATTENTION, """
                  scale: float32[64]
                  shift: float32[64]
                  up: float32[512, 64]
                  upBias: float32[512]
                  down: float32[64, 512]
                  s = Add(x, o)
                  t = LayerNormalization(s, scale, shift)
                  h = Linear(t, up, upBias)
                  r = Relu(h)
                  f = Linear(r, down, b)
                  y = Add(t, f)
                """);
        Graph gathered = gathered(graph);
        assertEquals(List.of("queries"), gathered.nodes().stream().map(Node::name).toList());
        Node only = gathered.nodes().getFirst();
        assertEquals(List.of("x", "all", "bias", "positions", "w", "b", "scale", "shift", "up", "upBias", "down"), only.inputs());
        assertEquals(List.of("y"), only.outputs());
        Graph inner = queries(gathered).getFirst();
        assertEquals(graph.nodes(), inner.nodes());
        assertEquals(only.inputs(), inner.inputs());
        assertEquals(only.outputs(), inner.outputs());
        says(graph, gathered);
    }

    /// What is gathered in one piece would wait for itself by way of the sigmoid.
    @Test
    void aWayThatLeavesAndComesBackCuts() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (y)", ATTENTION, """
                  outside = Sigmoid(o)
                  past = Linear(o, w)
                  joined = Add(outside, past)
                  first = Linear(joined, w)
                  second = Relu(first)
                  y = Linear(second, w)
                """);
        Graph gathered = gathered(graph);
        List<Graph> inner = queries(gathered);
        assertEquals(2, inner.size());
        assertEquals(List.of("o", "past"), inner.get(0).outputs());
        assertEquals(List.of("joined", "first", "second", "y"), names(inner.get(1)));
        assertEquals(List.of("queries", "outside", "queries_1"), names(gathered));
        says(graph, gathered);
    }

    @Test
    void whatOthersTakeIsGivenToo() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (y, masks)", ATTENTION, """
                  y = Add(x, o)
                  masks = Softmax{axis=2}(qp)
                """);
        Graph gathered = gathered(graph);
        Graph inner = queries(gathered).getFirst();
        assertEquals(List.of("qp", "y"), inner.outputs());
        assertEquals(List.of("queries", "masks"), names(gathered));
        says(graph, gathered);
    }

    /// Seven pixels are no queries, and looking at them is where a subgraph ends.
    @Test
    void pixelsAreNoQueriesHoweverMany() {
        Graph graph = parse("(x: float32[n, 7, 64], pixels: float32[n, 7, 64]) -> (y)", ATTENTION, """
                  s = Add(x, o)
                  cq = Linear(s, w)
                  cqp = Add(cq, positions)
                  kv = Linear(pixels, all)
                  ck = Slice{axis=2, start=0, end=64}(kv)
                  ckp = Add(ck, positions)
                  cv = Slice{axis=2, start=64, end=128}(kv)
                  ca = Attention{heads=2}(cqp, ckp, cv)
                  co = Linear(ca, w)
                  n = Add(s, co)
                  y = Linear(n, w)
                """);
        Graph gathered = gathered(graph);
        assertEquals(List.of("kv", "ck", "ckp", "cv", "queries", "ca", "queries_1"), names(gathered));
        assertEquals(List.of("s", "cqp"), queries(gathered).get(0).outputs());
        assertEquals(List.of("co", "n", "y"), names(queries(gathered).get(1)));
        says(graph, gathered);
    }

    @Test
    void aMaskedAttentionIsNone() {
        assertEquals(0, queries(gathered(GraphText.parse("""
                (x: float32[n, 7, 64], blocked: bool[n, 7, 7]) -> (y) {
                  w: float32[64, 64]
                  p = Linear(x, w)
                  a = Attention{heads=2}(p, p, p, blocked)
                  y = Linear(a, w)
                }
                """))).size());
    }

    /// Products before attention and after it, of rows and channels at the limits and beyond.
    @ParameterizedTest
    @CsvSource({"128, 64, 2, true", "129, 64, 2, false", "7, 64, 4, true", "7, 64, 1, true", "7, 128, 1, false", "7, 64, 8, false",
            "7, 48, 3, false", "7, 96, 3, false", "7, 192, 3, true", "7, 256, 16, true", "7, 320, 5, false", "7, 2048, 32, false"})
    void aNodeTakesSoManyRowsChannelsAndHeads(long rows, long channels, long heads, boolean fits) {
        Graph graph = GraphText.parse("""
                (x: float32[n, %1$d, %2$d]) -> (y) {
                  w: float32[%2$d, %2$d]
                  p = Linear(x, w)
                  a = Attention{heads=%3$d}(p, p, p)
                  y = Linear(a, w)
                }
                """.formatted(rows, channels, heads));
        assertEquals(fits ? 1 : 0, queries(taken(graph)).size());
    }

    /// One node that does not fit stays outside, and the rest is gathered without it, as the kernel takes it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"odd: float32[20, 64] | z = Linear(t, odd)", "wide: float32[2064, 64] | z = Linear(t, wide)",
            "unbiased: float32[1024, 64] | z = Linear(t, unbiased)", "other: float32[1] | z = Add(t, other)",
            "rows: float32[2, 7, 64] | z = Add(t, rows)", "other: float32[7, 1] | z = Add(t, other)",
            "other: float32[64] | z = Multiply(t, other)", "other: float32[64] | z = Slice{axis=2, start=4, end=20}(t)",
            "other: float32[64] | z = Slice{axis=2, start=8, end=16}(t)", "other: float32[64] | z = Slice{axis=1, start=0, end=7}(t)",
            "other: float32[64] | z = Sigmoid(t)", "other: float32[64] | z = Add(t, t)"})
    void leavesAloneWhatTheKernelDoesNotTake(String constant, String node) {
        Graph graph = parse("(x: float32[" + BATCH + ", 7, 64]) -> (y, z)", ATTENTION, """
                  %s
                  scale: float32[64]
                  s = Add(x, o)
                  t = LayerNormalization(s, scale, scale)
                  y = Linear(t, w)
                  %s
                """.formatted(constant, node));
        Graph gathered = taken(graph);
        assertEquals(List.of("queries", "z"), names(gathered));
        assertEquals(List.of("t", "y"), queries(gathered).getFirst().outputs());
        says(graph, gathered);
    }

    /// What the kernel computes with queries' own channels alone.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"scale: float32[96] | z = LayerNormalization(h, scale, scale)",
            "narrow: float32[64, 96] | z = Linear(h, narrow)", "table: float32[1, 7, 96] | z = Add(h, table)"})
    void otherChannelsThanQueriesHaveStayOutside(String constant, String node) {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (z)", ATTENTION, """
                  up: float32[96, 64]
                  %s
                  h = Linear(o, up)
                  %s
                """.formatted(constant, node));
        Graph gathered = taken(graph);
        assertEquals(List.of("queries", "z"), names(gathered));
        assertEquals(List.of("h"), queries(gathered).getFirst().outputs());
        says(graph, gathered);
    }

    @Test
    void oneProductAloneIsLeftAlone() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (y)", ATTENTION, """
                  outside = Sigmoid(o)
                  joined = Add(outside, x)
                  alone = Linear(joined, w)
                  y = Relu(alone)
                """);
        Graph gathered = gathered(graph);
        assertEquals(List.of("queries", "outside", "joined", "alone", "y"), names(gathered));
        says(graph, gathered);
    }

    @Test
    void saysWhyTheKernelDoesNotTakeIt() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (y, o)", ATTENTION, "y = Add(x, o)\n");
        Pass.Outcome outcome = new GatherQueries(DataType.FLOAT32, QueryProgram::refusal).apply(graph);
        assertSame(graph, outcome.graph());
        assertEquals(List.of(new Pass.Refusal("qkv",
                "the kernel of queries does not take this graph: there is no product that could take along Add 'y'")),
                outcome.refusals());
        assertEquals(List.of(), new GatherQueries(DataType.FLOAT32, _ -> Optional.empty()).apply(graph).refusals());
    }

    @Test
    void whatNobodyTakesIsDropped() {
        Graph gathered = gathered(parse("(x: float32[n, 7, 64]) -> (y)", ATTENTION, """
                  y = Add(x, o)
                  nobodys = Linear(o, w)
                """));
        assertFalse(names(queries(gathered).getFirst()).contains("nobodys"));
    }

    @Test
    void leavesOtherTypesAndOtherGraphsAlone() {
        Graph graph = parse("(x: float32[n, 7, 64]) -> (o)", ATTENTION, "");
        assertSame(graph, new GatherQueries(DataType.FLOAT16, _ -> Optional.empty()).apply(graph).graph());
        Graph without = GraphText.parse("(x: float32[n, 7, 64]) -> (y) {\n w: float32[64, 64]\n h = Linear(x, w)\n y = Linear(h, w)\n}");
        assertSame(without, new GatherQueries(DataType.FLOAT32, _ -> Optional.empty()).apply(without).graph());
    }

    private static Graph parse(String signature, String... lines) {
        return GraphText.parse(signature + " {\n" + String.join("", lines) + "}\n");
    }

    private static Graph gathered(Graph graph) {
        return Verifier.verify(new GatherQueries(DataType.FLOAT32, _ -> Optional.empty()).apply(graph).graph());
    }

    /// As the kernel takes it.
    private static Graph taken(Graph graph) {
        return Verifier.verify(new GatherQueries(DataType.FLOAT32, QueryProgram::refusal).apply(graph).graph());
    }

    /// All Subgraphs.
    static List<Graph> subgraphs(Graph graph) {
        return graph.nodes().stream().map(Node::operation).filter(Operation.Subgraph.class::isInstance).map(Operation.Subgraph.class::cast)
                .map(Operation.Subgraph::graph).toList();
    }

    /// Those of queries alone.
    static List<Graph> queries(Graph graph) {
        return graph.nodes().stream().filter(node -> KernelSteps.name(node).equals(KernelSteps.QUERIES)).map(Node::operation)
                .map(Operation.Subgraph.class::cast).map(Operation.Subgraph::graph).toList();
    }

    private static List<String> names(Graph graph) {
        return graph.nodes().stream().map(Node::name).toList();
    }

    /// Bit for bit: the same nodes compute the same.
    static void says(Graph expected, Graph actual) {
        Map<String, Tensor> inputs = new HashMap<>();
        Random random = new Random(23);
        for (String name : expected.inputs()) {
            Shape shape = expected.type(name).shape().with(Map.of("n", BATCH, "h", 3L, "w", 2L));
            float[] elements = new float[Math.toIntExact(shape.elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian();
            }
            inputs.put(name, Tensor.of(shape, elements));
        }
        SequencedMap<String, Tensor> results = Interpreter.run(actual, inputs);
        Interpreter.run(expected, inputs).forEach((name, tensor) -> {
            Tensor result = results.get(name);
            assertTrue(result != null, name);
            if (tensor.type().dataType() == DataType.BOOL) {
                assertArrayEquals(tensor.toBytes(), result.toBytes(), name);
            } else {
                assertArrayEquals(tensor.toFloats(), result.toFloats(), name);
            }
        });
    }
}
