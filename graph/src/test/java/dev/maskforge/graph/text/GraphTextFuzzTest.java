package dev.maskforge.graph.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.onnx.EveryOperation;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Any text is a graph or is refused in one line; a graph that it stands for comes back from its own text.
class GraphTextFuzzTest {
    static Stream<byte[]> graphs() {
        String within = "(x: float32[n]) -> (y) {\n  y = Subgraph{graph=\"(a: float32[n]) -> (\\\"r \\\") {\\n  \\\"r \\\" = Relu(a)\\n}\\n\"}(x)\n}\n";
        return Stream.concat(Stream.of(within), EveryOperation.graphs(EveryOperation.Sizes.FREE).values().stream().map(GraphText::print))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("graphs")
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] text) {
        Graph graph;
        try {
            graph = GraphText.parse(new String(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
            return;
        }
        String printed = GraphText.print(graph);
        assertEquals(printed, GraphText.print(GraphText.parse(printed)));
    }
}
