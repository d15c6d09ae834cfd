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

class FuseConvolutionsTest {
    private static final Pass FUSE = new FuseConvolutions((_, _) -> true);
    private static final Pass LOWER = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);

    /// As in a ResNet; `a` is as large as what `conv3/Conv` gives.
    private static final String RESIDUAL = """
            (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y) {
              W: float32[6, 2, 3, 3]
              b: float32[6]
              conv3/Conv = Conv{stride=2, padding=1, groups=2}(x, W, b)
              sum = Add(conv3/Conv, a)
              y = Relu(sum) as block/Relu
            }
            """;
    private static final List<Map<String, Long>> SIZES = List.of(Map.of("n", 2L, "h", 3L, "w", 5L), Map.of("n", 1L, "h", 1L, "w", 7L));

    /// Rewritten, and rewritten and expanded again: not a bit differs.
    private static void assertComputesTheSame(String text) {
        Rewrites.assertComputesTheSame(text, 0, SIZES, FUSE);
        Rewrites.assertComputesTheSame(text, 0, SIZES, FUSE, LOWER);
    }

    private static void assertRefuses(String reason, String text) {
        Rewrites.assertRefuses(text, FUSE, List.of(reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Add(conv3/Conv, a)", "Add(a, conv3/Conv)"})
    void aResidualBlockEndsInOneOperation(String sum) {
        String text = RESIDUAL.replace("Add(conv3/Conv, a)", sum);
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y) {
                  W: float32[6, 2, 3, 3]
                  b: float32[6]
                  y = FusedConv{stride=2, padding=1, groups=2, activation=relu}(x, W, b, a) as conv3/FusedConv
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    @Test
    void anAddendComesWithABias() {
        String text = RESIDUAL.replace("(x, W, b)", "(x, W)");
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y) {
                  W: float32[6, 2, 3, 3]
                  conv3/bias: float32[6]
                  y = FusedConv{stride=2, padding=1, groups=2, activation=relu}(x, W, conv3/bias, a) as conv3/FusedConv
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{stride=2, padding=1, groups=2}(x, W, b)", "{stride=3, padding=1, groups=2}(x, W)",
            "{padding=2, dilation=2, groups=2}(x, W)"})
    void aConvolutionTakesItsRelu(String convolution) {
        String constants = "W: float32[6, 2, 3, 3]" + (convolution.endsWith("b)") ? "\n  b: float32[6]" : "");
        String text = """
                (x: float32[n, 4, 2*h, 2*w]) -> (y, z) {
                  %s
                  conv1/Conv = Conv%s
                  r = Relu(conv1/Conv)
                  y = Sigmoid(r)
                  z = Abs(r)
                }
                """.formatted(constants, convolution);
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w]) -> (y, z) {
                  %s
                  conv1/FusedConv = FusedConv%s
                  y = Sigmoid(conv1/FusedConv)
                  z = Abs(conv1/FusedConv)
                }
                """.formatted(constants, convolution.replace("}", ", activation=relu}")), text, FUSE);
        assertComputesTheSame(text);
    }

    @Test
    void aSumWithoutReluIsTakenAsItIs() {
        String text = RESIDUAL.replace("y = Relu(sum) as block/Relu", "y = Sigmoid(sum)");
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y) {
                  W: float32[6, 2, 3, 3]
                  b: float32[6]
                  conv3/FusedConv = FusedConv{stride=2, padding=1, groups=2}(x, W, b, a)
                  y = Sigmoid(conv3/FusedConv)
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    /// The sum is wanted as it is, too: by another node, as an output, by another Relu.
    @ParameterizedTest
    @ValueSource(strings = {"z = Sigmoid(sum)", "z = Relu(sum)"})
    void aSumWithOtherUsesThanOneReluStaysASum(String use) {
        String text = RESIDUAL.replace("-> (y)", "-> (y, z)").replace("block/Relu\n", "block/Relu\n  " + use + "\n");
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y, z) {
                  W: float32[6, 2, 3, 3]
                  b: float32[6]
                  conv3/FusedConv = FusedConv{stride=2, padding=1, groups=2}(x, W, b, a)
                  y = Relu(conv3/FusedConv) as block/Relu
                  %s
                }
                """.formatted(use.replace("sum", "conv3/FusedConv")), text, FUSE);
        assertComputesTheSame(text);
    }

    @Test
    void aSumThatIsAnOutputStaysASum() {
        String text = RESIDUAL.replace("-> (y)", "-> (y, sum)");
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w], a: float32[n, 6, h, w]) -> (y, sum) {
                  W: float32[6, 2, 3, 3]
                  b: float32[6]
                  sum = FusedConv{stride=2, padding=1, groups=2}(x, W, b, a) as conv3/FusedConv
                  y = Relu(sum) as block/Relu
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    private static final String TWO = """
            (x: float32[n, 4, 2*h, 2*w]) -> (y) {
              W: float32[6, 4, 3, 3]
              V: float32[6, 4, 1, 1]
              b: float32[6]
              conv3/Conv = Conv{padding=1}(x, W, b)
              shortcut/Conv = Conv(x, V, b)
              sum = Add(conv3/Conv, shortcut/Conv)
              y = Relu(sum)
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"Add(conv3/Conv, shortcut/Conv)", "Add(shortcut/Conv, conv3/Conv)"})
    void theLaterOfTwoConvolutionsTakesTheOther(String sum) {
        String text = TWO.replace("Add(conv3/Conv, shortcut/Conv)", sum);
        Rewrites.assertBecomes("""
                (x: float32[n, 4, 2*h, 2*w]) -> (y) {
                  W: float32[6, 4, 3, 3]
                  V: float32[6, 4, 1, 1]
                  b: float32[6]
                  conv3/Conv = Conv{padding=1}(x, W, b)
                  y = FusedConv{activation=relu}(x, V, b, conv3/Conv) as shortcut/FusedConv
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    /// By their kernels, or because the later one is also used as it is.
    @Test
    void theEarlierOfTwoConvolutionsTakesTheOtherWhereThatCannot() {
        String after = """
                (x: float32[n, 4, 2*h, 2*w]) -> (y) {
                  W: float32[6, 4, 3, 3]
                  V: float32[6, 4, 1, 1]
                  b: float32[6]
                  shortcut/Conv = Conv(x, V, b)
                  y = FusedConv{padding=1, activation=relu}(x, W, b, shortcut/Conv) as conv3/FusedConv
                }
                """;
        Rewrites.assertBecomes(after, TWO,
                new FuseConvolutions((node, graph) -> graph.type(node.inputs().get(1)).shape().get(2).size() == 3));
        Rewrites.assertBecomes(after.replace("(y)", "(y, shortcut/Conv)"), TWO.replace("(y)", "(y, shortcut/Conv)"), FUSE);
    }

    /// Each takes what the one before gives.
    @Test
    void chainsFuseNodeByNode() {
        String text = """
                (x: float32[n, 4, h, w]) -> (y) {
                  W: float32[4, 4, 3, 3]
                  b: float32[4]
                  a/Conv = Conv{padding=1}(x, W, b)
                  a/Relu = Relu(a/Conv)
                  b/Conv = Conv{padding=1}(a/Relu, W)
                  b/Add = Add(b/Conv, a/Relu)
                  c/Conv = Conv{padding=1}(b/Add, W, b)
                  c/Add = Add(b/Add, c/Conv)
                  y = Relu(c/Add)
                }
                """;
        Rewrites.assertBecomes("""
                (x: float32[n, 4, h, w]) -> (y) {
                  W: float32[4, 4, 3, 3]
                  b: float32[4]
                  b/bias: float32[4]
                  a/FusedConv = FusedConv{padding=1, activation=relu}(x, W, b)
                  b/FusedConv = FusedConv{padding=1}(a/FusedConv, W, b/bias, a/FusedConv)
                  y = FusedConv{padding=1, activation=relu}(b/FusedConv, W, b, b/FusedConv) as c/FusedConv
                }
                """, text, FUSE);
        assertComputesTheSame(text);
    }

    /// In the scope of the convolution, one after the other as before.
    @Test
    void expansionUndoesIt() {
        Graph lowered = Rewrites.applied(RESIDUAL, FUSE, LOWER);
        assertEquals(Graphs.types(GraphText.parse(RESIDUAL)), Graphs.types(lowered));
        assertEquals(List.of("conv3/FusedConv/Conv", "conv3/FusedConv/Add", "conv3/FusedConv/Relu"),
                lowered.nodes().stream().map(node -> node.name()).toList());
    }

    @Test
    void doesNotFireWhereTheConvolutionIsTakenAsItIs() {
        String reason = "the convolution's result is also used as it is";
        assertRefuses(reason, RESIDUAL.replace("-> (y)", "-> (y, z)").replace("block/Relu\n", "block/Relu\n  z = Sigmoid(conv3/Conv)\n"));
        assertRefuses(reason, RESIDUAL.replace("-> (y)", "-> (y, conv3/Conv)"));
        assertRefuses(reason, RESIDUAL.replace("sum = Add(conv3/Conv, a)\n  y = Relu(sum)", "y = Relu(conv3/Conv)")
                .replace("-> (y)", "-> (y, conv3/Conv)"));
    }

    @Test
    void doesNotFireOnAConvolutionWithTwoRelus() {
        String text = RESIDUAL.replace("sum = Add(conv3/Conv, a)\n  y = Relu(sum)", "z = Relu(conv3/Conv)\n  y = Relu(conv3/Conv)")
                .replace("-> (y)", "-> (y, z)");
        String reason = "the convolution's result is also used as it is";
        Rewrites.assertRefuses(text, FUSE, List.of(reason, reason));
    }

    @Test
    void doesNotFireOnAConvolutionThatIsAddedToItself() {
        assertRefuses("the convolution's result is added to itself", RESIDUAL.replace("Add(conv3/Conv, a)", "Add(conv3/Conv, conv3/Conv)"));
    }

    /// Whichever of the two is the smaller.
    @ParameterizedTest
    @ValueSource(strings = {"float32[1, 6, h, w]", "float32[6, 1, 1]", "float32[n, 6, h, 1]", "float32[]", "float32[1, n, 6, h, w]"})
    void doesNotFireOnAnAddendOfAnotherShape(String addend) {
        assertRefuses("what is added is of another shape than the convolution's result",
                RESIDUAL.replace("a: float32[n, 6, h, w]", "a: " + addend));
    }

    @Test
    void doesNotFireWhereTheConvolutionIsBroadcast() {
        assertRefuses("what is added is of another shape than the convolution's result",
                RESIDUAL.replace("x: float32[n, 4, 2*h, 2*w]", "x: float32[1, 4, 2*h, 2*w]"));
    }

    @Test
    void doesNotFireWithoutAKernel() {
        Rewrites.assertRefuses(RESIDUAL, new FuseConvolutions((_, _) -> false), List.of("the engine has no kernel for the convolution"));
    }

    @Test
    void doesNotFireOnHalfPrecision() {
        assertRefuses("in half precision it would be rounded once instead of after each step", """
                (x: float16[n, 4, h, w], W: float16[4, 4, 1, 1]) -> (y) {
                  c = Conv(x, W)
                  y = Relu(c)
                }
                """);
    }

    @Test
    void doesNotFireWhereNobodyKnowsHowManyZerosTheBiasNeeds() {
        String text = """
                (x: float32[n, 4, h, w], W: float32[m, 4, 1, 1], a: float32[n, m, h, w]) -> (y) {
                  c = Conv(x, W)
                  y = Add(c, a)
                }
                """;
        assertRefuses("it has no bias, and as many channels as its weight turns out to have", text);
    }

    @Test
    void doesNotFireOnOtherNodes() {
        Rewrites.assertStays("""
                (x: float32[n, 4, h, w], a: float32[n, 4, h, w]) -> (y, u, v) {
                  W: float32[4, 4, 1, 1]
                  c = Conv(x, W)
                  y = Sigmoid(c)
                  d = Conv(a, W)
                  u = Subtract(d, a)
                  s = Add(x, a)
                  r = Relu(s)
                  e = Conv(r, W)
                  t = Transpose{permutation=[0, 1, 3, 2]}(e)
                  v = Relu(t)
                }
                """, FUSE);
    }
}
