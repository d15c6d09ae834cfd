package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Graphs;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class FuseFeedForwardTest {
    private static final Pass FUSE = new FuseFeedForward((_, _, _) -> true);
    private static final Pass LOWER = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);

    /// As in a transformer's layer, with its residual.
    private static final String LAYER = """
            (x: float32[n, h, 4]) -> (y) {
              W: float32[4, 7]
              b: float32[7]
              V: float32[7, 4]
              c: float32[4]
              linear1/MatMul = MatMul(x, W)
              linear1/Add = Add(linear1/MatMul, b)
              hidden = Relu(linear1/Add) as layer/Relu
              linear2/MatMul = MatMul(hidden, V)
              linear2/Add = Add(linear2/MatMul, c)
              y = Add(x, linear2/Add) as layer/Add
            }
            """;
    private static final String FUSED = """
            (x: float32[n, h, 4]) -> (y) {
              W: float32[4, 7]
              b: float32[7]
              V: float32[7, 4]
              c: float32[4]
              linear2/FeedForward = FeedForward(x, W, b, V, c)
              y = Add(x, linear2/FeedForward) as layer/Add
            }
            """;
    private static final List<Map<String, Long>> SIZES = List.of(Map.of("n", 2L, "h", 3L), Map.of("n", 1L, "h", 1L));

    /// Rewritten, and rewritten and expanded again: not a bit differs.
    private static void assertComputesTheSame(String text) {
        Rewrites.assertComputesTheSame(text, 0, SIZES, FUSE);
        Rewrites.assertComputesTheSame(text, 0, SIZES, FUSE, LOWER);
    }

    private static void assertRefuses(String reason, String text) {
        Rewrites.assertRefuses(text, FUSE, List.of(reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "2", "12"})
    void aFeedForwardNetworkBecomesOneOperation(String swapped) {
        String text = LAYER;
        if (swapped.contains("1")) {
            text = text.replace("Add(linear1/MatMul, b)", "Add(b, linear1/MatMul)");
        }
        if (swapped.contains("2")) {
            text = text.replace("Add(linear2/MatMul, c)", "Add(c, linear2/MatMul)");
        }
        Rewrites.assertBecomes(FUSED, text, FUSE);
        assertComputesTheSame(text);
    }

    /// Each takes what the one before gives.
    @Test
    void chainsFuseOneByOne() {
        String text = """
                (x: float32[n, 4]) -> (y) {
                  W: float32[4, 4]
                  b: float32[4]
                  a/MatMul = MatMul(x, W)
                  a/Add = Add(a/MatMul, b)
                  a/Relu = Relu(a/Add)
                  b/MatMul = MatMul(a/Relu, W)
                  b/Add = Add(b/MatMul, b)
                  c/MatMul = MatMul(b/Add, W)
                  c/Add = Add(c/MatMul, b)
                  c/Relu = Relu(c/Add)
                  d/MatMul = MatMul(c/Relu, W)
                  y = Add(d/MatMul, b) as d/Add
                }
                """;
        Rewrites.assertBecomes("""
                (x: float32[n, 4]) -> (y) {
                  W: float32[4, 4]
                  b: float32[4]
                  b/FeedForward = FeedForward(x, W, b, W, b)
                  y = FeedForward(b/FeedForward, W, b, W, b) as d/FeedForward
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    /// As in the network of a mask's embedding.
    @Test
    void ofThreeLayersTheFirstTwoAreTaken() {
        String text = """
                (x: float32[n, 4]) -> (y) {
                  W: float32[4, 4]
                  b: float32[4]
                  a/MatMul = MatMul(x, W)
                  a/Add = Add(a/MatMul, b)
                  a/Relu = Relu(a/Add)
                  b/MatMul = MatMul(a/Relu, W)
                  b/Add = Add(b/MatMul, b)
                  b/Relu = Relu(b/Add)
                  c/MatMul = MatMul(b/Relu, W)
                  y = Add(c/MatMul, b) as c/Add
                }
                """;
        Rewrites.assertBecomes("""
                (x: float32[n, 4]) -> (y) {
                  W: float32[4, 4]
                  b: float32[4]
                  b/FeedForward = FeedForward(x, W, b, W, b)
                  b/Relu = Relu(b/FeedForward)
                  c/MatMul = MatMul(b/Relu, W)
                  y = Add(c/MatMul, b) as c/Add
                }
                """, text, FUSE);
        Pass.Outcome outcome = FUSE.apply(GraphText.parse(text));
        assertEquals(1, outcome.matches());
        assertEquals(List.of(new Pass.Refusal("c/Add", "its first product is another feed-forward network's second")), outcome.refusals());
        assertComputesTheSame(text);
    }

    @Test
    void expansionUndoesIt() {
        Graph lowered = Rewrites.applied(LAYER, FUSE, LOWER);
        Graph before = GraphText.parse(LAYER);
        assertEquals(Graphs.types(before), Graphs.types(lowered));
        assertEquals(before.nodes().stream().map(node -> node.operation()).toList(),
                lowered.nodes().stream().map(node -> node.operation()).toList());
    }

    @Test
    void kernelsAreAskedWithWhatTheyWouldTake() {
        Rewrites.assertBecomes(FUSED, LAYER, new FuseFeedForward((x, weight, outerWeight) -> x.shape().rank() == 3
                && weight.toString().equals("float32[4, 7]") && outerWeight.toString().equals("float32[7, 4]")));
        Rewrites.assertRefuses(LAYER, new FuseFeedForward((_, _, _) -> false),
                List.of("the engine has no kernel for the feed-forward network"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear1/MatMul", "linear1/Add", "hidden", "linear2/MatMul"})
    void doesNotFireWhereAValueWithinIsTakenAsItIs(String value) {
        String reason = "a value within is also used as it is";
        assertRefuses(reason, LAYER.replace("-> (y)", "-> (y, " + value + ")"));
        assertRefuses(reason, LAYER.replace("-> (y)", "-> (y, z)").replace("layer/Add\n", "layer/Add\n  z = Sigmoid(" + value + ")\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W: float32[4, 7]", "V: float32[7, 4]"})
    void doesNotFireOnWeightsThatAreInputs(String weight) {
        assertRefuses("what is multiplied with is no constant", asInput(weight));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b: float32[7]", "c: float32[4]"})
    void doesNotFireOnBiasesThatAreInputs(String bias) {
        assertRefuses("what is added is no constant", asInput(bias));
    }

    private static String asInput(String constant) {
        return LAYER.replace("  " + constant + "\n", "").replace("x: float32[n, h, 4]", "x: float32[n, h, 4], " + constant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"W: float32[1, 4, 7]", "V: float32[2, 7, 4]"})
    void doesNotFireOnProductsWithSeveralMatrices(String weight) {
        assertRefuses("what is multiplied with is no matrix", LAYER.replaceFirst(weight.charAt(0) + ": float32\\[[^\\]]*]", weight)
                .replace("n, h, 4", "2, h, 4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b: float32[1]", "b: float32[]", "b: float32[1, 7]", "b: float32[2, 1, 7]", "c: float32[1]",
            "c: float32[1, 4]"})
    void doesNotFireOnAnAddendOfAnotherShape(String bias) {
        assertRefuses("what is added is no bias of the product", LAYER.replaceFirst(bias.charAt(0) + ": float32\\[[^\\]]*]", bias)
                .replace("n, h, 4", "2, h, 4"));
    }

    /// Of a size that makes one column many.
    @Test
    void doesNotFireWhereTheProductIsBroadcast() {
        assertRefuses("what is added is no bias of the product", LAYER.replace("W: float32[4, 7]", "W: float32[4, 1]"));
    }

    @Test
    void doesNotFireOnHalfPrecision() {
        assertRefuses("in half precision it would be rounded once instead of after each step", LAYER.replace("float32", "float16"));
    }

    @Test
    void doesNotFireOnOtherNodes() {
        Rewrites.assertStays(LAYER.replace("Relu(linear1/Add)", "Sigmoid(linear1/Add)"), FUSE);
        Rewrites.assertStays(LAYER.replace("Add(linear1/MatMul, b)", "Subtract(linear1/MatMul, b)"), FUSE);
        Rewrites.assertStays(LAYER.replace("Add(linear2/MatMul, c)", "Multiply(linear2/MatMul, c)"), FUSE);
        Rewrites.assertStays(
                LAYER.replace("linear1/Add = Add(linear1/MatMul, b)\n  hidden = Relu(linear1/Add)", "hidden = Relu(linear1/MatMul)")
                        .replace("  b: float32[7]\n", ""),
                FUSE);
    }
}
