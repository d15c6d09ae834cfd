package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

class CompareLogitsTest {
    private static final String LESS = """
            (x: float32[n, t]) -> (y) {
              half: float32[] = 0.5
              p = Sigmoid(x)
              y = Less(p, half)
            }
            """;

    @Test
    void logitsAreComparedWithZero() {
        Rewrites.assertBecomes("""
                (x: float32[n, t]) -> (y) {
                  constant/0.0: float32[]
                  y = Less(x, constant/0.0) as Less
                }
                """, LESS, new CompareLogits());
        Rewrites.assertBecomes("""
                (x: float32[n, t]) -> (y) {
                  constant/0.0: float32[]
                  y = GreaterOrEqual(x, constant/0.0) as GreaterOrEqual
                }
                """, LESS.replace("Less", "GreaterOrEqual"), new CompareLogits());
    }

    /// Down to where the sigmoid itself rounds to 0.5.
    @Test
    void answersTheSameOnEitherSideOfTheThreshold() {
        Tensor x = Tensor.of(Shape.of(2, 5), -100f, -1f, -1e-3f, -1e-6f, -2e-7f, 0f, 2e-7f, 1e-6f, 1e-3f, 100f);
        Graph before = GraphText.parse(LESS);
        assertArrayEquals(answers(before, x), answers(Rewrites.applied(LESS, new CompareLogits()), x));
    }

    private static byte[] answers(Graph graph, Tensor x) {
        return requireNonNull(Interpreter.run(graph, Map.of("x", x)).get("y")).toBytes();
    }

    @Test
    void doesNotFireOnAnotherThreshold() {
        Rewrites.assertRefuses(LESS.replace("= 0.5", "= 0.25"), new CompareLogits(),
                List.of("the threshold is not 0.5, and the logarithm of another would be rounded"));
    }

    @Test
    void doesNotFireOnOtherComparisons() {
        Rewrites.assertStays(LESS.replace("Sigmoid", "Relu"), new CompareLogits());
        Rewrites.assertStays(LESS.replace("Less(p, half)", "Less(half, p)"), new CompareLogits());
        Rewrites.assertStays(LESS.replace("Less(p, half)", "Equal(p, half)"), new CompareLogits());
    }
}
