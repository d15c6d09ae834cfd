package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.FoldConstants;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FoldMaskConvolutionTest {
    private static final FoldConstants FOLD = new FoldConstants(FoldConstants.Limit.NO_LARGER_THAN_THEIR_PARTS);
    private static final List<Map<String, Long>> SIZES = List.of(Map.of("n", 2L, "h", 3L, "w", 1L), Map.of("n", 1L, "h", 1L, "w", 5L));

    private static final String MASKS = """
            (z: float32[n, 5, 9], f: float32[n, 6, 2*h, 2*w]) -> (y, last) {
              V: float32[8, 9]
              v: float32[8]
              W: float32[8, 6, 1, 1]
              b: float32[8]
              e = Linear(z, V, v)
              c = Conv(f, W, b)
              small = Resize{mode=bilinear, height=h, width=w}(c)
              flat = Reshape{shape=[n, 8, h*w]}(small)
              y = MatMul(e, flat)
              flat1 = Reshape{shape=[n, 8, 4*h*w]}(c)
              last = MatMul(e, flat1)
            }
            """;

    @Test
    void theEmbeddingTakesTheConvolutionsWeights() {
        Rewrites.assertBecomes("""
                (z: float32[n, 5, 9], f: float32[n, 6, 2*h, 2*w]) -> (y, last) {
                  MatMul: float32[6, 9]
                  Reshape_3: float32[6]
                  MatMul_3: float32[1, 9]
                  Reshape_6: float32[1]
                  Resize = Resize{mode=bilinear, height=h, width=w}(f)
                  Reshape = Reshape{shape=[n, 6, h*w]}(Resize)
                  Linear = Linear(z, MatMul, Reshape_3)
                  MatMul_2 = MatMul(Linear, Reshape)
                  Linear_1 = Linear(z, MatMul_3, Reshape_6)
                  y = Add(MatMul_2, Linear_1) as Add
                  Reshape_7 = Reshape{shape=[n, 6, 4*h*w]}(f)
                  MatMul_7 = MatMul(Linear, Reshape_7)
                  last = Add(MatMul_7, Linear_1) as Add_1
                }
                """, MASKS, new FoldMaskConvolution(), new ShareEqualNodes(), FOLD);
    }

    @Test
    void computesTheSame() {
        Rewrites.assertComputesTheSame(MASKS, Rewrites.TOLERANCE, SIZES, new FoldMaskConvolution());
        Rewrites.assertComputesTheSame(MASKS.replace("Conv(f, W, b)", "Conv(f, W)"), Rewrites.TOLERANCE, SIZES, new FoldMaskConvolution());
        Rewrites.assertComputesTheSame(MASKS.replace("Linear(z, V, v)", "Linear(z, V)"), Rewrites.TOLERANCE, SIZES,
                new FoldMaskConvolution());
        Rewrites.assertComputesTheSame(MASKS.replace("e = Linear(z, V, v)", "r = Linear(z, V, v)\n  e = Relu(r)"), Rewrites.TOLERANCE,
                SIZES,
                new FoldMaskConvolution());
    }

    @Test
    void doesNotFireOnAConvolutionThatSeesNeighbours() {
        String reason = "the convolution does more than mix the channels of a pixel";
        Rewrites.assertRefuses(MASKS.replace("[8, 6, 1, 1]", "[8, 6, 3, 3]").replace("Conv(", "Conv{padding=1}("),
                new FoldMaskConvolution(), List.of(reason, reason));
    }

    @Test
    void doesNotFireWhereTheConvolutionStays() {
        String reason = "the convolution's result is also used elsewhere";
        Rewrites.assertRefuses(MASKS.replace("-> (y, last)", "-> (y, last, c)"), new FoldMaskConvolution(), List.of(reason, reason));
        Rewrites.assertRefuses(MASKS.replace("last = MatMul(e, flat1)", "last = Relu(flat1)"), new FoldMaskConvolution(), List.of(reason));
    }

    @Test
    void doesNotFireWhereTheProductsWouldGrow() {
        String reason = "the products would grow by more than the convolution takes";
        Rewrites.assertRefuses(MASKS.replace("[8, 6, 1, 1]", "[2, 6, 1, 1]").replace("b: float32[8]", "b: float32[2]")
                .replace("V: float32[8, 9]", "V: float32[2, 9]").replace("v: float32[8]", "v: float32[2]")
                .replace("[n, 8, ", "[n, 2, "), new FoldMaskConvolution(), List.of(reason, reason));
    }

    @Test
    void doesNotFireOnComputedWeights() {
        String reason = "the convolution's weights are computed";
        Rewrites.assertRefuses(MASKS.replace("f: float32[n, 6, 2*h, 2*w])", "f: float32[n, 6, 2*h, 2*w], b: float32[8])")
                .replace("  b: float32[8]\n", ""), new FoldMaskConvolution(), List.of(reason, reason));
    }
}
