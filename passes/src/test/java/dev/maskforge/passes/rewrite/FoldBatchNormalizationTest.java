package dev.maskforge.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldBatchNormalizationTest {
    private static final String CONVOLUTION = """
            (x: float32[n, 3, h, w]) -> (y) {
              W: float32[5, 3, 3, 3]
              g: float32[5]
              b: float32[5]
              m: float32[5]
              v: float32[5] = positive
              c = Conv{stride=2, padding=1}(x, W)
              norm/BatchNormalization = BatchNormalization(c, g, b, m, v)
              y = Relu(norm/BatchNormalization)
            }
            """;

    @Test
    void aNormalisedConvolutionIsOneWithOtherWeights() {
        Rewrites.assertBecomes("""
                (x: float32[n, 3, h, w]) -> (y) {
                  norm/weight: float32[5, 3, 3, 3]
                  norm/bias: float32[5]
                  norm/Conv = Conv{stride=2, padding=1}(x, norm/weight, norm/bias)
                  y = Relu(norm/Conv)
                }
                """, CONVOLUTION, new FoldBatchNormalization());
    }

    /// At a border the padding is a large part of what is seen.
    @ParameterizedTest
    @ValueSource(strings = {"c = Conv{padding=1}(x, W)", "c = Conv{padding=2, dilation=2}(x, W, k)", "c = Conv{stride=2}(x, W, k)"})
    void computesTheSame(String convolution) {
        String text = CONVOLUTION.replace("c = Conv{stride=2, padding=1}(x, W)", "k: float32[5]\n  " + convolution);
        Rewrites.assertComputesTheSame(text, Rewrites.TOLERANCE,
                List.of(Map.of("n", 2L, "h", 7L, "w", 5L), Map.of("n", 1L, "h", 5L, "w", 9L)), new FoldBatchNormalization());
    }

    @Test
    void doesNotFireWhereTheConvolutionIsTakenAsItIs() {
        Rewrites.assertRefuses(CONVOLUTION.replace("y = Relu(norm/BatchNormalization)", "y = Add(norm/BatchNormalization, c)"),
                new FoldBatchNormalization(), List.of("the convolution's result is also used as it is"));
    }

    @Test
    void doesNotFireOnAnOutput() {
        Rewrites.assertRefuses(CONVOLUTION.replace("-> (y)", "-> (y, c)"), new FoldBatchNormalization(),
                List.of("the convolution's result is also used as it is"));
    }

    @Test
    void doesNotFireBeforeAConvolution() {
        Rewrites.assertRefuses("""
                (x: float32[n, 3, h, w]) -> (y) {
                  W: float32[5, 3, 3, 3]
                  g: float32[3]
                  v: float32[3] = positive
                  b = BatchNormalization(x, g, g, g, v)
                  y = Conv{padding=1}(b, W)
                }
                """, new FoldBatchNormalization(), List.of("what it normalises does not come from a convolution"));
    }

    @Test
    void doesNotFireOnComputedWeights() {
        Rewrites.assertRefuses("""
                (x: float32[n, 3, h, w], W: float32[5, 3, 3, 3]) -> (y) {
                  g: float32[5]
                  v: float32[5] = positive
                  c = Conv(x, W)
                  y = BatchNormalization(c, g, g, g, v)
                }
                """, new FoldBatchNormalization(), List.of("weights or statistics are computed"));
    }
}
