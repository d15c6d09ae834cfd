package dev.maskforge.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CancelTransposesTest {
    /// Tokens become a map and the map becomes tokens, as between Mask2Former's pixel decoder and its transformer decoder.
    private static final String ROUND_TRIP = """
            (x: float32[n, h*w, 6]) -> (y) {
              s = Relu(x)
              t = Transpose{permutation=[0, 2, 1]}(s)
              map = Reshape{shape=[n, 6, h, w]}(t)
              flat = Reshape{shape=[n, 6, h*w]}(map)
              tokens = Transpose{permutation=[0, 2, 1]}(flat)
              y = Sigmoid(tokens)
            }
            """;
    private static final List<Map<String, Long>> SIZES = List.of(Map.of("n", 2L, "h", 3L, "w", 2L));

    @Test
    void aRoundTripIsNothing() {
        String text = ROUND_TRIP.replace("(x: float32[n, h*w, 6])", "(x: float32[n, h*w, 6], sizes: float32[h, w])");
        Rewrites.assertBecomes("""
                (x: float32[n, h*w, 6], sizes: float32[h, w]) -> (y) {
                  s = Relu(x)
                  y = Sigmoid(s)
                }
                """, text, new CancelTransposes());
        Rewrites.assertComputesTheSame(text, 0, SIZES, new CancelTransposes());
    }

    @Test
    void aMapThatIsAlsoTakenAsAMapStays() {
        Rewrites.assertBecomes("""
                (x: float32[n, h*w, 6]) -> (y, map) {
                  s = Relu(x)
                  t = Transpose{permutation=[0, 2, 1]}(s)
                  map = Reshape{shape=[n, 6, h, w]}(t)
                  y = Sigmoid(s)
                }
                """, ROUND_TRIP.replace("-> (y)", "-> (y, map)"), new CancelTransposes());
    }

    @Test
    void chainsBecomeOne() {
        String text = """
                (x: float32[2, 3, 4]) -> (y, z) {
                  a = Transpose{permutation=[1, 2, 0]}(x)
                  y = Transpose{permutation=[0, 2, 1]}(a)
                  b = Reshape{shape=[6, 4]}(x)
                  c = Reshape{shape=[8, 3]}(b)
                  z = Reshape{shape=[2, 12]}(c)
                }
                """;
        Rewrites.assertBecomes("""
                (x: float32[2, 3, 4]) -> (y, z) {
                  y = Transpose{permutation=[1, 0, 2]}(x) as Transpose
                  z = Reshape{shape=[2, 12]}(x) as Reshape
                }
                """, text, new CancelTransposes());
        Rewrites.assertComputesTheSame(text, 0, List.of(Map.of()), new CancelTransposes());
    }

    @Test
    void doesNotFireOnAnOutputThatWouldBeAnInput() {
        Rewrites.assertRefuses("""
                (x: float32[2, 3]) -> (y) {
                  a = Transpose{permutation=[1, 0]}(x)
                  y = Transpose{permutation=[1, 0]}(a)
                }
                """, new CancelTransposes(), List.of("what stands for it is there already, and it is an output of the graph"));
    }

    @Test
    void doesNotFireOnATransposeBehindAReshape() {
        Rewrites.assertStays("""
                (x: float32[2, 3, 4]) -> (y) {
                  a = Transpose{permutation=[0, 2, 1]}(x)
                  b = Reshape{shape=[2, 12]}(a)
                  y = Transpose{permutation=[1, 0]}(b)
                }
                """, new CancelTransposes());
    }
}
