package dev.maskforge.measure;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// Counts by hand. What whole networks cost is held against published figures where networks are seen, in cli.
class GraphCostTest {
    private static Graph graph(String inputs, String node) {
        return GraphText.parse("(" + inputs + ") -> (y) {\n  y = " + node + "\n}\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', value = {
            "a: float32[2, 3, 5], b: float32[2, 5, 7] | MatMul(a, b) | 2*2*3*5*7 | 0",
            "a: float32[2, 3, 5], w: float32[7, 5] | Linear(a, w) | 2*2*3*5*7 | 0",
            "a: float32[2, 3, 5], w: float32[7, 5], b: float32[7] | Linear(a, w, b) | 2*2*3*5*7+2*3*7 | 0",
            "x: float32[1, 8, 9, 10], w: float32[6, 8, 3, 3] | Conv{padding=1}(x, w) | 2*6*9*10*8*3*3 | 0",
            "x: float32[1, 8, 9, 10], w: float32[6, 4, 3, 3], b: float32[6] | Conv{padding=1, groups=2}(x, w, b) | 2*6*9*10*4*3*3+6*9*10 | 0",
            "x: float32[1, 8, 9, 10], w: float32[6, 8, 3, 3] | FusedConv{padding=1, activation=relu}(x, w) | 2*6*9*10*8*3*3 | 6*9*10",
            "x: float32[1, 8, 9, 10], w: float32[6, 4, 3, 3], b: float32[6] | FusedConv{padding=1, groups=2}(x, w, b) | 2*6*9*10*4*3*3+6*9*10 | 0",
            "x: float32[1, 8, 9, 10], w: float32[6, 8, 3, 3], b: float32[6], a: float32[1, 6, 9, 10] | FusedConv{padding=1, activation=relu}(x, w, b, a) | 2*6*9*10*8*3*3+6*9*10 | 2*6*9*10",
            "x: float32[2, 3, 5], w: float32[5, 7], b: float32[7], v: float32[7, 4], c: float32[4] | FeedForward(x, w, b, v, c) | 2*2*3*5*7+2*2*3*7*4 | 2*3*7+2*3*7+2*3*4",
            "x: float32[1, 8, 9, 9] | MaxPool{kernel=3, stride=3}(x) | 0 | 8*3*3*9",
            "x: float32[1, 8, 9, 10] | Relu(x) | 0 | 720",
            "x: float32[1, 8, 9, 10], b: float32[10] | Add(x, b) | 0 | 720",
            "x: float32[1, 8, 9, 10] | Softmax{axis=1}(x) | 0 | 5*720",
            "x: float32[1, 8, 9, 10] | ReduceMean{axes=[1]}(x) | 0 | 720",
            "x: float32[4, 8], s: float32[8], b: float32[8] | LayerNormalization(x, s, b) | 0 | 8*32",
            "x: float32[1, 8, 9, 10] | Reshape{shape=[720]}(x) | 0 | 0",
            "x: float32[1, 2, 3, 4] | Resize{mode=bilinear, height=6, width=8}(x) | 0 | 8*2*6*8",
            "x: float32[1, 2, 3, 4] | Resize{mode=nearest, height=6, width=8}(x) | 0 | 0",
            "x: float32[1, 2, 3, 4], g: float32[1, 5, 6, 2] | GridSample(x, g) | 0 | 8*2*5*6",
            "q: float32[1, 3, 8], k: float32[1, 5, 8], v: float32[1, 5, 8] | Attention{heads=2}(q, k, v) | 2*2*3*5*8 | 6*2*3*5",
            "q: float32[1, 3, 8], k: float32[1, 5, 8], v: float32[1, 5, 8], b: bool[1, 3, 5] | Attention{heads=2}(q, k, v, b) | 2*2*3*5*8 | 7*2*3*5",
            "v: float32[1, 4, 8], o: float32[1, 4, 8], l: float32[1, 4, 4] | DeformableAttention{heads=2, points=1, levels=[[1, 2], [2, 1]]}(v, o, l) | 0 | 10*2*4*8+2*4*8+5*4*4",
            "c: float32[1, 10, 4], m: float32[1, 10, 2, 2] | SemanticInference{height=8, width=8}(c, m) | 2*3*10*8*8 | 5*10*4+9*10*8*8",
            "c: float32[1, 10, 4], m: float32[1, 10, 2, 2] | SemanticLabels{height=8, width=8}(c, m) | 2*3*10*8*8 | 5*10*4+9*10*8*8+3*8*8",
            "a: float32[2, 3, 4], b: float32[2, 4, 5, 6] | ai.onnx:Einsum{equation=\"bqc, bchw -> bqhw\"}(a, b): float32[2, 3, 5, 6] | 2*2*3*4*5*6 | 0",
            "a: float32[3, 4], b: float32[4, 5], c: float32[5] | ai.onnx:Gemm(a, b, c): float32[3, 5] | 2*3*4*5+3*5 | 0"})
    void countsAsDefined(String inputs, String node, String products, String others) {
        GraphCost cost = GraphCost.of(graph(inputs, node), Map.of());
        assertEquals(List.of(), cost.uncounted());
        assertEquals(value(products), cost.total().productFlops());
        assertEquals(value(others), cost.total().otherFlops());
    }

    /// Such as `2*3+4*5`.
    private static long value(String text) {
        return Arrays.stream(text.split("\\+", -1))
                .mapToLong(term -> Arrays.stream(term.split("\\*", -1)).mapToLong(Long::parseLong).reduce(1, (a, b) -> a * b)).sum();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', value = {
            "a: float32[2, 3], b: float32[3, 5] | MatMul(a, b) | 6+15 | 10",
            "x: float32[1, 2, 3, 4], w: float32[5, 2, 1, 1], b: float32[5], a: float32[1, 5, 3, 4] | FusedConv{activation=relu}(x, w, b, a) | 2*3*4+5*2+5+5*3*4 | 5*3*4",
            "x: float32[2, 3, 5], w: float32[5, 7], b: float32[7], v: float32[7, 4], c: float32[4] | FeedForward(x, w, b, v, c) | 2*3*5+5*7+7+7*4+4 | 2*3*4",
            "a: float32[2, 3] | Reshape{shape=[6]}(a) | 0 | 0",
            "a: float32[2, 3] | Transpose{permutation=[1, 0]}(a) | 6 | 6",
            "a: float32[2, 300] | Slice{axis=1, start=0, end=3}(a) | 6 | 6",
            "a: float32[2, 1] | Expand{shape=[2, 300]}(a) | 2 | 600",
            "a: float32[300, 3], i: int64[2] | Gather{axis=0}(a, i) | 6+2+2 | 6"})
    void movesWhatItMust(String inputs, String node, String floatsRead, String floatsWritten) {
        Cost cost = GraphCost.of(graph(inputs, node), Map.of()).total();
        assertEquals(4 * value(floatsRead), cost.bytesRead());
        assertEquals(4 * value(floatsWritten), cost.bytesWritten());
    }

    @Test
    void symbolsTakeTheSizesGiven() {
        GraphCost cost = GraphCost.of(graph("x: float32[n, 3, 32*h], w: float32[3, 7]", "Relu(x)"), Map.of("n", 2L, "h", 5L));
        assertEquals(2 * 3 * 32 * 5, cost.total().otherFlops());
        assertEquals(4 * (2 * 3 * 32 * 5 * 2 + 3 * 7), cost.compulsoryBytes());
    }

    /// As many operations as one by one, and in memory only what goes in and comes out.
    @Test
    void subgraphsCountTheirNodes() {
        String inner = "(a: float32[n, 3], b: float32[5, 3]) -> (d) {\\n  c = Linear(a, b)\\n  d = Relu(c)\\n}\\n";
        Graph graph = graph("x: float32[n, 3], w: float32[5, 3]", "Subgraph{graph=\"" + inner + "\"}(x, w)");
        assertEquals(new Cost(2 * 4 * 3 * 5, 4 * 5, 4 * (4 * 3 + 5 * 3), 4 * 4 * 5), GraphCost.of(graph, Map.of("n", 4L)).total());
        assertEquals(List.of("y"), GraphCost.of(graph, Map.of()).uncounted());
    }

    @Test
    void whatCannotBeCountedIsNamed() {
        assertEquals(List.of("y"), GraphCost.of(graph("x: float32[2]", "com.example:Mystery(x): float32[2]"), Map.of()).uncounted());
        assertEquals(List.of("y"), GraphCost.of(graph("x: float32[n]", "Relu(x)"), Map.of()).uncounted());
        assertEquals(List.of("y"), GraphCost.of(graph("x: float32[2, 3]",
                "ai.onnx:Einsum{equation=\"...a->...\"}(x): float32[2]"), Map.of()).uncounted());
    }

    @Test
    void partsAddUp() {
        Graph graph = GraphText.parse("""
                (x: float32[2, 3], w: float32[3, 4]) -> (head/y) {
                  trunk/a = MatMul(x, w)
                  trunk/b = Relu(trunk/a)
                  head/y = Relu(trunk/b)
                }
                """);
        GraphCost cost = GraphCost.of(graph, Map.of());
        Map<String, Cost> parts = cost.by(node -> node.name().substring(0, node.name().indexOf('/')));
        assertEquals(Map.of("trunk", new Cost(48, 8, 4 * (6 + 12 + 8), 4 * 16), "head", new Cost(0, 8, 4 * 8, 4 * 8)), parts);
        assertEquals(cost.total(), parts.values().stream().reduce(Cost.NONE, Cost::plus));
    }

    @Test
    void countsBeyondSixtyFourBitsAreRefused() {
        Graph graph = graph("a: float32[4000000000, 4000000000]", "Relu(a)");
        assertThrows(ArithmeticException.class, () -> GraphCost.of(graph, Map.of()));
    }
}
