package dev.maskforge.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConvolveMasksTest {
    private static final List<Map<String, Long>> SIZES = List.of(Map.of("h", 3L, "w", 1L), Map.of("h", 1L, "w", 5L),
            Map.of("h", 6L, "w", 7L));

    private static final String MASKS = """
            (e: float32[1, 3, 8], f: float32[1, 6, h, w]) -> (y) {
              W: float32[8, 6, 3, 3]
              b: float32[8]
              c = Conv{padding=1}(f, W, b)
              flat = Reshape{shape=[1, 8, h*w]}(c)
              y = MatMul(e, flat)
            }
            """;

    @Test
    void theConvolutionMakesMasks() {
        Rewrites.assertBecomes("""
                (e: float32[1, 3, 8], f: float32[1, 6, h, w]) -> (y) {
                  W: float32[8, 6, 3, 3]
                  b: float32[8]
                  Reshape = Reshape{shape=[3, 8]}(e)
                  Reshape_1 = Reshape{shape=[8, 54]}(W)
                  MatMul = MatMul(Reshape, Reshape_1)
                  Reshape_2 = Reshape{shape=[3, 6, 3, 3]}(MatMul)
                  Reshape_3 = Reshape{shape=[8, 1]}(b)
                  MatMul_1 = MatMul(Reshape, Reshape_3)
                  Reshape_4 = Reshape{shape=[3]}(MatMul_1)
                  Conv = Conv{padding=1}(f, Reshape_2, Reshape_4)
                  y = Reshape{shape=[1, 3, h*w]}(Conv) as Reshape_5
                }
                """, MASKS, new ConvolveMasks());
    }

    @Test
    void computesTheSame() {
        Rewrites.assertComputesTheSame(MASKS, Rewrites.TOLERANCE, SIZES, new ConvolveMasks());
        Rewrites.assertComputesTheSame(MASKS.replace("(f, W, b)", "(f, W)"), Rewrites.TOLERANCE, SIZES, new ConvolveMasks());
        Rewrites.assertComputesTheSame(MASKS.replace("padding=1", "padding=2, dilation=2"), Rewrites.TOLERANCE, SIZES, new ConvolveMasks());
    }

    /// The product broadcasts one map over embeddings of two pictures.
    @Test
    void doesNotFireOnEmbeddingsOfSeveralPictures() {
        Rewrites.assertRefuses(MASKS.replace("[1, 3, 8]", "[2, 3, 8]"), new ConvolveMasks(),
                List.of("there may be several pictures, each with weights of its own"));
    }

    @Test
    void doesNotFireOnSeveralPictures() {
        Rewrites.assertRefuses(
                MASKS.replace("[1, 3, 8]", "[2, 3, 8]").replace("[1, 6, h", "[2, 6, h").replace("[1, 8, h*w]", "[2, 8, h*w]"),
                new ConvolveMasks(), List.of("there may be several pictures, each with weights of its own"));
        Rewrites.assertRefuses(
                MASKS.replace("[1, 3, 8]", "[n, 3, 8]").replace("[1, 6, h", "[n, 6, h").replace("[1, 8, h*w]", "[n, 8, h*w]"),
                new ConvolveMasks(), List.of("there may be several pictures, each with weights of its own"));
    }

    @Test
    void doesNotFireWhereThereAreTooManyQueries() {
        Rewrites.assertRefuses(MASKS.replace("[1, 3, 8]", "[1, 10, 8]"), new ConvolveMasks(),
                List.of("a mask for each query takes no fewer operations than a feature for each channel"));
        // Nor where there are too few pixels for what the weights take.
        Rewrites.assertRefuses(MASKS.replace("f: float32[1, 6, h, w]", "f: float32[1, 6, 1, 4]").replace("h*w", "4"), new ConvolveMasks(),
                List.of("a mask for each query takes no fewer operations than a feature for each channel"));
    }

    @Test
    void doesNotFireWhereTheConvolutionStays() {
        String reason = "the convolution's result is also used elsewhere";
        Rewrites.assertRefuses(MASKS.replace("-> (y)", "-> (y, c)"), new ConvolveMasks(), List.of(reason));
        Rewrites.assertRefuses(MASKS.replace("-> (y)", "-> (y, r)").replace("  y = MatMul", "  r = Relu(flat)\n  y = MatMul"),
                new ConvolveMasks(), List.of(reason));
    }

    @Test
    void doesNotFireOnGroupsOrComputedWeights() {
        Rewrites.assertRefuses(MASKS.replace("[8, 6, 3, 3]", "[8, 3, 3, 3]").replace("padding=1", "padding=1, groups=2"),
                new ConvolveMasks(),
                List.of("the convolution is of several groups"));
        Rewrites.assertRefuses(MASKS.replace("h, w])", "h, w], b: float32[8])").replace("  b: float32[8]\n", ""), new ConvolveMasks(),
                List.of("the convolution's weights are computed"));
    }

    @Test
    void doesNotFireOnWhatIsNoMapOfPixels() {
        Rewrites.assertStays(MASKS.replace("flat = Reshape{shape=[1, 8, h*w]}(c)",
                "r = Relu(c)\n  flat = Reshape{shape=[1, 8, h*w]}(r)"), new ConvolveMasks());
    }
}
