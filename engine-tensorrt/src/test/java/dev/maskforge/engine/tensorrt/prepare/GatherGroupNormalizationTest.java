package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.precision.Ranges;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GatherGroupNormalizationTest {
    /// Two convolutions of a picture, of one and of half its size.
    private static final String MAPS = """
              w: float32[32, 3, 1, 1]
              s: float32[32]
              b: float32[32]
              s1: float32[32]
              b1: float32[32]
              map = Conv(image, w)
              half = Conv{stride=2}(image, w)
            """;
    private static final String NORMAL = "GroupNormalization{groups=8, epsilon=1.0E-5}";

    private static Graph parse(String outputs, String lines) {
        return GraphText.parse("(image: float32[n, 3, 2*h, 2*w]) -> (" + outputs + ") {\n" + MAPS + lines + "}\n");
    }

    private static Graph gathered(Graph graph) {
        return Verifier.verify(new GatherGroupNormalization().apply(graph).graph());
    }

    private static Set<String> channelsLast(Graph graph) {
        return ChannelsLast.of(Partition.of(graph, KernelSteps::isOwn).steps().stream()
                .flatMap(step -> step instanceof Partition.Step.Kernel kernel ? Stream.of(kernel) : Stream.empty()));
    }

    private static List<String> types(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().type()).toList();
    }

    /// As in MaskFormer's pyramid.
    @Test
    void aSumOfTwoNormalisedMapsIsOneSubgraph() {
        Graph graph = parse("y", """
                  m = %1$s(half, s1, b1)
                  p = Relu(m)
                  u = Resize{mode=nearest, height=2*h, width=2*w}(p)
                  n = %1$s(map, s, b)
                  sum = Add(n, u)
                  y = Sigmoid(sum)
                """.formatted(NORMAL));
        Graph gathered = gathered(graph);
        assertEquals(List.of("Conv", "Conv", "Subgraph", "Sigmoid"), types(gathered));
        Node subgraph = gathered.nodes().get(2);
        assertEquals(List.of("sum"), subgraph.outputs());
        assertEquals(KernelSteps.GROUP_NORMALIZATION, KernelSteps.name(subgraph));
        GatherQueriesTest.says(graph, gathered);
        assertEquals(Set.of("map", "half", "sum"), channelsLast(gathered));
    }

    /// As before and behind Mask2Former's encoder: tokens are no maps.
    @Test
    void tokensGoInAndOut() {
        Graph graph = parse("y", """
                  m = %1$s(half, s1, b1)
                  r = Reshape{shape=[n, 32, h*w]}(m)
                  t = Transpose{permutation=[0, 2, 1]}(r)
                  tokens = Sigmoid(t)
                  a = Transpose{permutation=[0, 2, 1]}(tokens)
                  c = Reshape{shape=[n, 32, h, w]}(a)
                  u = Resize{mode=bilinear, height=2*h, width=2*w}(c)
                  n = %1$s(map, s, b)
                  sum = Add(u, n)
                  z = Relu(sum)
                  y = Sigmoid(z)
                """.formatted(NORMAL));
        Graph gathered = gathered(graph);
        assertEquals(List.of("Conv", "Conv", "Subgraph", "Sigmoid", "Subgraph", "Sigmoid"), types(gathered));
        assertEquals(List.of("tokens", "map", "s", "b"), gathered.nodes().get(4).inputs());
        GatherQueriesTest.says(graph, gathered);
        assertEquals(Set.of("map", "half", "z"), channelsLast(gathered));
    }

    /// What others take as well is given to them, and so is not inside.
    @Test
    void whatOthersTakeStaysOutside() {
        Graph graph = parse("y, z", """
                  m = %1$s(half, s1, b1)
                  p = Relu(m)
                  u = Resize{mode=nearest, height=2*h, width=2*w}(p)
                  n = %1$s(map, s, b)
                  sum = Add(n, u)
                  y = Sigmoid(sum)
                  z = Sigmoid(p)
                """.formatted(NORMAL));
        Graph gathered = gathered(graph);
        assertEquals(List.of("Conv", "Conv", "Subgraph", "Subgraph", "Sigmoid", "Sigmoid"), types(gathered));
        assertEquals(List.of("p"), gathered.nodes().get(2).outputs());
        assertEquals(List.of("p", "map", "s", "b"), gathered.nodes().get(3).inputs());
        GatherQueriesTest.says(graph, gathered);
    }

    /// Maps that are the graph's own or another kernel's have their channels first; scales that are computed, repeated addends and sums
    /// of other kinds are none of the kernel's business.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"image: float32[n, 32, h, w] | y = %s(image, s, b); z = Sigmoid(y)",
            "image: float32[n, 32, h, w] | m = Sigmoid(image); z = %s(m, s, b)",
            "image: float32[n, 32, h, w] | m = Sigmoid(image); c = Sigmoid(s); y = %s(m, c, b); z = Sigmoid(y)",
            "image: float32[n, 32, h, w], logits: float32[n, 32, 7] | "
                    + "m = Sigmoid(image); y = %s(m, s, b); z = SemanticLabels{height=4*h, width=4*w}(logits, y)",
            "image: float32[n, 30, h, w] | odd: float32[30]; m = Sigmoid(image); "
                    + "y = GroupNormalization{groups=5, epsilon=1.0E-5}(m, odd, odd); z = Sigmoid(y)"})
    void leavesAloneWhatTheKernelDoesNotTake(String inputs, String lines) {
        Graph graph = GraphText.parse(
                "(" + inputs + ") -> (z) {\n s: float32[32]\n b: float32[32]\n " + lines.formatted(NORMAL).replace(";", "\n") + "\n}\n");
        assertSame(graph, new GatherGroupNormalization().apply(graph).graph());
    }

    @Test
    void anotherSumThanAnAddendOfItsSizeIsAddedOutside() {
        Graph graph = parse("y", """
                  line: float32[32, 1, 1]
                  n = %1$s(map, s, b)
                  sum = Add(n, line)
                  y = Sigmoid(sum)
                """.formatted(NORMAL));
        Graph gathered = gathered(graph);
        assertEquals(List.of("Conv", "Subgraph", "Add", "Sigmoid"), types(gathered));
        assertEquals(List.of("n"), gathered.nodes().get(1).outputs());
        GatherQueriesTest.says(graph, gathered);
    }

    /// What is folded or found to be the same only after maps were gathered would lie otherwise than the kernel reads it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "constant: float32[1, 32, 4, 4]; c = Sigmoid(constant); u = Resize{mode=bilinear, height=8, width=8}(c); "
                    + "m = Conv(image, w); n = %s(m, s, b); sum = Add(n, u); z = Sigmoid(sum)",
            "m = Conv(image, w); n = %s(m, s, b); y = Sigmoid(n); m2 = Conv(image, w); k: float32[1, 32, 7]; "
                    + "z = SemanticLabels{height=8, width=8}(k, m2)"})
    void whatBecomesAConstantOrAnothersIsNotGathered(String lines) {
        Graph graph = GraphText.parse("(image: float32[1, 3, 8, 8]) -> (" + (lines.contains("y =") ? "y, z" : "z")
                + ") {\n w: float32[32, 3, 1, 1]\n s: float32[32]\n b: float32[32]\n " + lines.formatted(NORMAL).replace(";", "\n")
                + "\n}\n");
        Graph prepared = Verifier.verify(
                new Preparation(false, Precision.FP32,
                        new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL, QueriesForm.KERNEL,
                                GroupNormalizationForm.KERNEL, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true,
                                LabelsForm.KERNEL),
                        Ranges.none()).apply(graph).graph());
        assertEquals(List.of(), GatherQueriesTest.subgraphs(prepared));
    }

    @Test
    void aGraphThatIsNotWhatTheKernelDoesIsRefused() {
        Graph inner = GatherQueriesTest.subgraphs(gathered(parse("y", "n = " + NORMAL + "(map, s, b)\n y = Sigmoid(n)\n"))).getFirst();
        assertTrue(GroupNormalizationProgram.isFor(inner));
        assertEquals("n", GroupNormalizationProgram.of(inner).output());
        Graph other = GraphText.parse("(x: float32[n, 32, h, w], s: float32[32], b: float32[32]) -> (y) {\n n = " + NORMAL
                + "(x, s, b)\n y = Sigmoid(n)\n}");
        String message = assertThrows(EngineException.class,
                () -> GroupNormalizationProgram.of(other)).getMessage();
        assertTrue(String.valueOf(message).contains("build it anew"), message);
    }
}
