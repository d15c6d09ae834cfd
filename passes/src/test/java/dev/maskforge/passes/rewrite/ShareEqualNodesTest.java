package dev.maskforge.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShareEqualNodesTest {
    private static final String TWICE = """
            (x: float32[n, 2]) -> (y) {
              a: float32[2] = [1.0, 2.0]
              b: float32[2] = [1.0, 2.0]
              c = Add(x, a)
              d = Relu(c)
              e = Add(x, b)
              f = Relu(e)
              y = Multiply(d, f)
            }
            """;

    @Test
    void aChainThatIsThereTwiceIsThereOnce() {
        Rewrites.assertBecomes("""
                (x: float32[n, 2]) -> (y) {
                  a: float32[2]
                  c = Add(x, a)
                  d = Relu(c)
                  y = Multiply(d, d)
                }
                """, TWICE, new ShareEqualNodes());
        Rewrites.assertComputesTheSame(TWICE, 0, List.of(Map.of("n", 3L)), new ShareEqualNodes());
    }

    @Test
    void doesNotFireOnDifferentConstants() {
        Rewrites.assertStays(TWICE.replace("b: float32[2] = [1.0, 2.0]", "b: float32[2] = [1.0, 3.0]"), new ShareEqualNodes());
        Rewrites.assertStays(TWICE.replace("b: float32[2] = [1.0, 2.0]", "b: float32[1, 2] = [1.0, 2.0]").replace("f = Relu(e)",
                "g = Reshape{shape=[n, 2]}(e)\n  f = Relu(g)"), new ShareEqualNodes());
    }

    @Test
    void doesNotFireOnDifferentParametersOrOrder() {
        Rewrites.assertStays("""
                (x: float32[n, 2, 2], z: float32[n, 2, 2]) -> (y) {
                  a = Softmax{axis=1}(x)
                  b = Softmax{axis=2}(x)
                  c = Subtract(x, z)
                  d = Subtract(z, x)
                  e = Multiply(a, b)
                  f = Multiply(c, d)
                  y = Add(e, f)
                }
                """, new ShareEqualNodes());
    }

    @Test
    void doesNotFireOnOutputs() {
        Rewrites.assertStays("""
                (x: float32[n, 2]) -> (y, z) {
                  y = Relu(x)
                  z = Relu(x)
                }
                """, new ShareEqualNodes());
    }

    @Test
    void doesNotFireOnForeignOperations() {
        Rewrites.assertStays("""
                (x: float32[2]) -> (y) {
                  a = ai.onnx:RandomNormalLike(x): float32[2]
                  b = ai.onnx:RandomNormalLike(x): float32[2]
                  y = Add(a, b)
                }
                """, new ShareEqualNodes());
    }
}
