package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.FoldConstants;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MergeProductsTest {
    private static final FoldConstants FOLD = new FoldConstants(FoldConstants.Limit.NO_LARGER_THAN_THEIR_PARTS);
    private static final String SELF = """
            (x: float32[n, 5, 8]) -> (y) {
              A: float32[8, 8]
              a: float32[8]
              B: float32[8, 8]
              b: float32[8]
              C: float32[8, 8]
              c: float32[8]
              p: float32[5, 8]
              q = Linear(x, A, a)
              placed = Add(q, p)
              k = Linear(x, B, b)
              v = Linear(x, C, c)
              attended = Attention{heads=2}(placed, k, v)
              y = Relu(attended)
            }
            """;
    private static final String CROSS = """
            (m: float32[n, t, 8], q: float32[n, 5, 8]) -> (y) {
              A: float32[8, 8]
              B: float32[8, 8]
              C: float32[8, 8]
              D: float32[8, 8]
              k = Linear(m, A)
              v = Linear(m, B)
              first = Attention{heads=2}(q, k, v)
              k1 = Linear(m, C)
              v1 = Linear(m, D)
              y = Attention{heads=4}(first, k1, v1)
            }
            """;
    private static final String DEFORMABLE = """
            (x: float32[n, 5*h*w, 8], sizes: float32[h, w]) -> (y) {
              V: float32[8, 8]
              v: float32[8]
              O: float32[24, 8]
              o: float32[24]
              L: float32[12, 8]
              l: float32[12]
              value = Linear(x, V, v)
              offsets = Linear(x, O, o)
              logits = Linear(x, L, l)
              y = DeformableAttention{heads=2, points=3, levels=[[h, w], [2*h, 2*w]]}(value, offsets, logits)
            }
            """;

    private static MergeProducts into(MergeProducts.Into into) {
        return new MergeProducts(into);
    }

    @Test
    void queryKeyAndValueAreOneProduct() {
        Rewrites.assertBecomes("""
                (x: float32[n, 5, 8]) -> (y) {
                  p: float32[5, 8]
                  Concat: float32[24, 8]
                  Concat_1: float32[24]
                  Linear = Linear(x, Concat, Concat_1)
                  Slice = Slice{axis=2, start=0, end=8}(Linear)
                  Slice_1 = Slice{axis=2, start=8, end=16}(Linear)
                  Slice_2 = Slice{axis=2, start=16, end=24}(Linear)
                  placed = Add(Slice, p)
                  attended = Attention{heads=2}(placed, Slice_1, Slice_2)
                  y = Relu(attended)
                }
                """, SELF, into(MergeProducts.Into.SELF_ATTENTION), FOLD);
    }

    @Test
    void valueOffsetsAndWeightsAreOneProduct() {
        Rewrites.assertBecomes("""
                (x: float32[n, 5*h*w, 8], sizes: float32[h, w]) -> (y) {
                  Concat: float32[44, 8]
                  Concat_1: float32[44]
                  Linear = Linear(x, Concat, Concat_1)
                  Slice = Slice{axis=2, start=0, end=8}(Linear)
                  Slice_1 = Slice{axis=2, start=8, end=32}(Linear)
                  Slice_2 = Slice{axis=2, start=32, end=44}(Linear)
                  y = DeformableAttention{heads=2, points=3, levels=[[h, w], [2*h, 2*w]]}(Slice, Slice_1, Slice_2)
                }
                """, DEFORMABLE, into(MergeProducts.Into.DEFORMABLE_ATTENTION), FOLD);
    }

    @Test
    void keysAndValuesOfAllLayersThatShareAMemoryAreOneProduct() {
        Rewrites.assertBecomes("""
                (m: float32[n, t, 8], q: float32[n, 5, 8]) -> (y) {
                  Concat: float32[32, 8]
                  Linear = Linear(m, Concat)
                  Slice = Slice{axis=2, start=0, end=8}(Linear)
                  Slice_1 = Slice{axis=2, start=8, end=16}(Linear)
                  Slice_2 = Slice{axis=2, start=16, end=24}(Linear)
                  Slice_3 = Slice{axis=2, start=24, end=32}(Linear)
                  first = Attention{heads=2}(q, Slice, Slice_1)
                  y = Attention{heads=4}(first, Slice_2, Slice_3)
                }
                """, CROSS, into(MergeProducts.Into.CROSS_ATTENTION), FOLD);
    }

    /// Channel by channel the same sums: not even the rounding differs.
    @Test
    void computesTheSame() {
        Rewrites.assertComputesTheSame(SELF, 0, List.of(Map.of("n", 2L)), into(MergeProducts.Into.SELF_ATTENTION), FOLD);
        Rewrites.assertComputesTheSame(CROSS, 0, List.of(Map.of("n", 2L, "t", 3L)), into(MergeProducts.Into.CROSS_ATTENTION), FOLD);
        Rewrites.assertComputesTheSame(DEFORMABLE, 0, List.of(Map.of("n", 2L, "h", 3L, "w", 2L)),
                into(MergeProducts.Into.DEFORMABLE_ATTENTION), FOLD);
    }

    @Test
    void doesNotFireOnProductsOfAnotherKind() {
        Rewrites.assertStays(DEFORMABLE, into(MergeProducts.Into.SELF_ATTENTION));
        Rewrites.assertStays(DEFORMABLE, into(MergeProducts.Into.CROSS_ATTENTION));
        Rewrites.assertStays(SELF, into(MergeProducts.Into.CROSS_ATTENTION));
        Rewrites.assertStays(SELF, into(MergeProducts.Into.DEFORMABLE_ATTENTION));
    }

    @Test
    void doesNotFireOnDifferentInputs() {
        Rewrites.assertStays(SELF.replace("k = Linear(x, B, b)", "z = Relu(x)\n  k = Linear(z, B, b)")
                .replace("v = Linear(x, C, c)", "w = Sigmoid(x)\n  v = Linear(w, C, c)"), into(MergeProducts.Into.SELF_ATTENTION));
    }

    @Test
    void doesNotFireOnAProductThatGoesElsewhereToo() {
        Rewrites.assertStays(SELF.replace("-> (y)", "-> (y, k, v)"), into(MergeProducts.Into.SELF_ATTENTION));
    }

    @Test
    void doesNotFireOnComputedWeights() {
        Rewrites.assertRefuses(SELF.replace("(x: float32[n, 5, 8])", "(x: float32[n, 5, 8], B: float32[8, 8])")
                .replace("  B: float32[8, 8]\n", ""), into(MergeProducts.Into.SELF_ATTENTION),
                List.of("a weight or bias of its group is computed", "a weight or bias of its group is computed",
                        "a weight or bias of its group is computed"));
    }

    @Test
    void doesNotFireWhereOnlySomeHaveABias() {
        String reason = "one of its group has a bias and another has none";
        Rewrites.assertRefuses(SELF.replace("Linear(x, B, b)", "Linear(x, B)"), into(MergeProducts.Into.SELF_ATTENTION),
                List.of(reason, reason, reason));
    }
}
