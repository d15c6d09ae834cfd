package dev.maskforge.measure;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PartCostTest {
    /// Two products, each a part, and what lies between them once on either side; what a part keeps to itself costs nothing.
    @Test
    void aPartMovesWhatItTakesAndGives() {
        Graph graph = GraphText.parse("""
                (x: float32[10, 20], a: float32[20, 30], b: float32[30, 5]) -> (y) {
                  p = MatMul(x, a)
                  q = Relu(p)
                  r = MatMul(q, b)
                  y = Sigmoid(r)
                }
                """);
        Map<String, String> parts = Map.of("p", "first", "q", "first", "r", "second", "y", "second");
        SequencedMap<String, PartCost> costs = PartCost.of(graph, Map.of(), node -> parts.getOrDefault(node.output(), ""));
        assertEquals(List.of("first", "second"), List.copyOf(costs.keySet()));
        PartCost first = costs.firstEntry().getValue();
        assertEquals(2 * 10 * 20 * 30, first.flops().productFlops());
        assertEquals(4 * (10 * 20 + 20 * 30 + 10 * 30), first.compulsoryBytes());
        PartCost second = costs.lastEntry().getValue();
        assertEquals(2 * 10 * 30 * 5, second.flops().productFlops());
        assertEquals(4 * (10 * 30 + 30 * 5 + 10 * 5), second.compulsoryBytes());
        Cost total = GraphCost.of(graph, Map.of()).total();
        assertEquals(total.productFlops(), first.flops().productFlops() + second.flops().productFlops());
    }

    /// A value that several nodes of a part take is read once.
    @Test
    void whatIsTakenTwiceIsReadOnce() {
        Graph graph = GraphText.parse("""
                (x: float32[10]) -> (y) {
                  a = Relu(x)
                  b = Sigmoid(x)
                  y = Add(a, b)
                }
                """);
        assertEquals(4 * (10 + 10), PartCost.of(graph, Map.of(), _ -> "all").firstEntry().getValue().compulsoryBytes());
    }
}
