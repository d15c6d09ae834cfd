package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.RemoveUnused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

class GatherMasksTest {
    private static final String FEATURES = """
              w: float32[64, 3, 1, 1]
              v: float32[1, 64]
              c: float32[1]
              zero: float32[]
              half: float32[]
              features = Conv(image, w)
              f = Reshape{shape=[n, 64, 2*h*w]}(features)
            """;
    private static final String BLOCKED = """
              below4 = Less(l, zero)
              below = Reshape{shape=[n, 7, 2*h*w]}(below4)
              number = Cast{to=float32}(below)
              least = ReduceMinimum{axes=[2], keepDimensions=true}(number)
              any = Less(least, half)
              blocked = And(below, any)
            """;

    private static Graph parse(String outputs, String... lines) {
        return GraphText.parse("(image: float32[n, 3, h, 2*w], e: float32[n, 7, 64]) -> (" + outputs + ") {\n" + FEATURES
                + String.join("", lines) + "}\n");
    }

    private static Graph gathered(Graph graph) {
        return Verifier.verify(new RemoveUnused().apply(new GatherMasks().apply(graph).graph()).graph());
    }

    private static List<String> names(Graph graph) {
        return graph.nodes().stream().map(Node::name).toList();
    }

    /// The sum of attention's mask and where the last layer's logits go share their features.
    @Test
    void eachIsASubgraphOfItsOwn() {
        Graph graph = parse("blocked, y", """
                  p = MatMul(e, f)
                  b = Linear(e, v, c)
                  s = Add(b, p)
                  l = Reshape{shape=[n, 7, h, 2*w]}(s)
                """, BLOCKED, """
                  e2 = Sigmoid(e)
                  p2 = MatMul(e2, f)
                  y = Reshape{shape=[n, 7, h, 2*w]}(p2)
                """);
        Graph gathered = gathered(graph);
        assertEquals(List.of("features", "masks", "e2", "masks_1"), names(gathered));
        assertEquals(Set.of("e", "features", "v", "c", "zero", "half"), Set.copyOf(gathered.nodes().get(1).inputs()));
        gathered.nodes().stream().filter(node -> node.name().startsWith("masks"))
                .forEach(node -> assertEquals(KernelSteps.MASKS, KernelSteps.name(node)));
        assertEquals(Set.of("features"), ChannelsLast.of(Partition.of(gathered, KernelSteps::isOwn).steps().stream()
                .flatMap(step -> step instanceof Partition.Step.Kernel kernel ? Stream.of(kernel) : Stream.empty())));
        GatherQueriesTest.says(graph, gathered);
    }

    /// In half precision what is multiplied was cast, for several layers at once.
    @Test
    void castsAreNotNeeded() {
        Graph graph = GraphText.parse("""
                (image: float16[n, 3, h, 2*w], e: float16[n, 7, 64]) -> (y, z) {
                  w: float16[64, 3, 1, 1]
                  bias: float32[1, 7, 1]
                  features = Conv(image, w)
                  f = Reshape{shape=[n, 64, 2*h*w]}(features)
                  f32 = Cast{to=float32}(f)
                  e32 = Cast{to=float32}(e)
                  p = MatMul(e32, f32)
                  s = Add(p, bias)
                  y = Reshape{shape=[n, 7, h, 2*w]}(s)
                  p2 = MatMul(e32, f32)
                  z = Reshape{shape=[n, 7, h, 2*w]}(p2)
                }
                """);
        Graph gathered = gathered(graph);
        assertEquals(List.of("features", "masks", "masks_1"), names(gathered));
        assertEquals(Set.of("e", "features", "bias"), Set.copyOf(gathered.nodes().get(1).inputs()));
    }

    /// Logits that others take are not computed twice; what becomes of a product before it is a map is another's business.
    @ParameterizedTest
    @ValueSource(strings = {
            "p = MatMul(e, f); l = Reshape{shape=[n, 7, h, 2*w]}(p); y = Sigmoid(p); z = Sigmoid(l)",
            "p = MatMul(e, f); s = Sigmoid(p); y = Reshape{shape=[n, 7, h, 2*w]}(s); z = Sigmoid(y)"})
    void leavesAloneWhatIsSomethingElse(String lines) {
        Graph graph = parse("y, z", "  " + lines.replace("; ", "\n  ") + "\n");
        assertSame(graph, new GatherMasks().apply(graph).graph());
    }

    /// Features that come in have their channels first, and products of float16 as they are give float16.
    @ParameterizedTest
    @ValueSource(strings = {"(e: float32[n, 7, 64], features: float32[n, 64, h, w]) -> (y) {\n",
            "(e: float16[n, 7, 64], image: float16[n, 64, h, w]) -> (y) {\n features = Sigmoid(image)\n"})
    void leavesAloneWhatTheKernelWouldMisread(String begin) {
        Graph graph = GraphText.parse(begin + """
                  f = Reshape{shape=[n, 64, h*w]}(features)
                  p = MatMul(e, f)
                  y = Reshape{shape=[n, 7, h, w]}(p)
                }
                """);
        assertSame(graph, new GatherMasks().apply(graph).graph());
    }

    /// Embeddings of float32 beside features of float16 become halves.
    @Test
    void leavesAloneWhatMayBeTooLargeForHalves() {
        Graph computed = GraphText.parse(halves("e: float32[n, 7, 64], ", ""));
        assertSame(computed, new GatherMasks().apply(computed).graph());
        Graph constant = GraphText.parse(halves("", "  e: float32[1, 7, 64]\n"));
        assertEquals(List.of("features", "masks"), names(gathered(withEmbeddings(constant, 65_504))));
        for (float large : new float[]{65_536, Float.NEGATIVE_INFINITY, Float.NaN}) {
            Graph beyond = withEmbeddings(constant, large);
            assertSame(beyond, new GatherMasks().apply(beyond).graph());
        }
    }

    private static String halves(String input, String constant) {
        return "(" + input + "image: float16[n, 3, h, w]) -> (y) {\n  k: float16[64, 3, 1, 1]\n" + constant + """
                  features = Conv(image, k)
                  joined = Reshape{shape=[n, 64, h*w]}(features)
                  f = Cast{to=float32}(joined)
                  p = MatMul(e, f)
                  y = Reshape{shape=[n, 7, h, w]}(p)
                }
                """;
    }

    private static Graph withEmbeddings(Graph graph, float last) {
        float[] elements = new float[7 * 64];
        elements[elements.length - 1] = last;
        SequencedMap<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        initializers.put("e", Tensor.of(Shape.of(1, 7, 64), elements));
        return new Graph(graph.inputs(), graph.outputs(), graph.nodes(), initializers, graph.types(), graph.metadata());
    }

    @Test
    void anotherQuestionIsAskedOfLogitsThatTheKernelGives() {
        Graph graph = parse("blocked", """
                  p = MatMul(e, f)
                  l = Reshape{shape=[n, 7, h, 2*w]}(p)
                """, BLOCKED.replace("axes=[2]", "axes=[1]"));
        Graph gathered = gathered(graph);
        assertEquals(List.of("features", "masks", "below4", "below", "number", "least", "any", "blocked"), names(gathered));
        GatherQueriesTest.says(graph, gathered);
    }
}
