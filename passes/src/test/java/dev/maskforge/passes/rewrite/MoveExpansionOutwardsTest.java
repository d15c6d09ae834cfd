package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.FoldConstants;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MoveExpansionOutwardsTest {
    /// What the first decoder layers of both families do with the queries that all pictures begin with.
    private static final String QUERIES = """
            (k: float32[n, t, 8], f: float32[n, 8, t]) -> (y, z) {
              q: float32[1, 5, 8]
              p: float32[5, 8]
              s: float32[8]
              W: float32[8, 8]
              queries = Expand{shape=[n, 5, 8]}(q)
              normalised = LayerNormalization(queries, s, s)
              placed = Add(queries, p)
              projected = Linear(placed, W, s)
              self = Attention{heads=2}(projected, projected, normalised)
              y = MatMul(self, f)
              attended = Attention{heads=2}(projected, k, k)
              z = Add(queries, attended)
            }
            """;

    @Test
    void whatFollowsFromQueriesAloneBecomesConstant() {
        Rewrites.assertBecomes("""
                (k: float32[n, t, 8], f: float32[n, 8, t]) -> (y, z) {
                  q: float32[1, 5, 8]
                  Linear: float32[1, 5, 8]
                  Attention: float32[1, 5, 8]
                  Expand_2 = Expand{shape=[n, 5, 8]}(Linear)
                  y = MatMul(Attention, f) as MatMul
                  attended = Attention{heads=2}(Expand_2, k, k)
                  z = Add(q, attended) as Add_1
                }
                """, QUERIES, new MoveExpansionOutwards(), new FoldConstants());
    }

    @Test
    void computesTheSame() {
        Rewrites.assertComputesTheSame(QUERIES, 0, List.of(Map.of("n", 3L, "t", 7L), Map.of("n", 1L, "t", 2L)),
                new MoveExpansionOutwards());
    }

    @Test
    void operationsWithinAPictureArePassed() {
        String text = """
                (x: float32[n, 3]) -> (y) {
                  c: float32[1, 4, 6]
                  e = Expand{shape=[n, 4, 6]}(c)
                  t = Transpose{permutation=[0, 2, 1]}(e)
                  r = Reshape{shape=[n, 8, 3]}(t)
                  m = Softmax{axis=1}(r)
                  l = Slice{axis=2, start=1, end=3}(m)
                  s = ReduceSum{axes=[1], keepDimensions=true}(l)
                  j = Concat{axis=1}(l, s)
                  y = Sigmoid(j)
                }
                """;
        Rewrites.assertBecomes("""
                (x: float32[n, 3]) -> (y) {
                  Sigmoid: float32[1, 9, 2]
                  y = Expand{shape=[n, 9, 2]}(Sigmoid) as Expand_6
                }
                """, text, new MoveExpansionOutwards(), new FoldConstants());
        Rewrites.assertComputesTheSame(text, 0, List.of(Map.of("n", 4L)), new MoveExpansionOutwards());
    }

    @Test
    void doesNotFireOnWhatMixesPictures() {
        for (String operation : List.of("Softmax{axis=0}(e)", "Transpose{permutation=[1, 0, 2]}(e)", "Reshape{shape=[4*n, 6]}(e)",
                "Concat{axis=0}(e, e)", "ReduceSum{axes=[0]}(e)", "Slice{axis=0, start=0, end=1}(e)")) {
            Rewrites.assertStays("""
                    (x: float32[n, 3]) -> (y) {
                      c: float32[1, 4, 6]
                      e = Expand{shape=[n, 4, 6]}(c)
                      y = %s
                    }
                    """.formatted(operation), new MoveExpansionOutwards());
        }
    }

    @Test
    void doesNotFireOnExpansionsOfOtherAxes() {
        Rewrites.assertStays("""
                (x: float32[n, 1, 6]) -> (y) {
                  e = Expand{shape=[n, 4, 6]}(x)
                  y = Relu(e)
                }
                """, new MoveExpansionOutwards());
    }
}
