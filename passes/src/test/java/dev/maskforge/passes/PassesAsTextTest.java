package dev.maskforge.passes;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.text.GraphText;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// What passes make of a graph, to be read: text in, text out. That they keep what it computes is in the other tests.
class PassesAsTextTest {
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);

    private static void assertBecomes(String after, String before, Pass... passes) {
        assertEquals(after, GraphText.print(Pipeline.of(passes).run(GraphText.parse(before)).graph()));
    }

    @Test
    void aLinearLayerBecomesAProductWithTheTransposedWeight() {
        assertBecomes("""
                (x: float32[n, 7, 2]) -> (y) {
                  w: float32[3, 2] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
                  b: float32[3] = [1.0, 2.0, 3.0]
                  layer/Linear/Transpose = Transpose{permutation=[1, 0]}(w)
                  layer/Linear/MatMul = MatMul(x, layer/Linear/Transpose)
                  layer/Linear/Add = Add(layer/Linear/MatMul, b)
                  y = Relu(layer/Linear/Add)
                }
                """, """
                (x: float32[n, 7, 2]) -> (y) {
                  w: float32[3, 2] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
                  b: float32[3] = [1.0, 2.0, 3.0]
                  layer/Linear = Linear(x, w, b)
                  y = Relu(layer/Linear)
                }
                """, LOWERING);
    }

    @Test
    void attentionBecomesAMaskedSoftmaxOfProductsHeadByHead() {
        assertBecomes("""
                (q: float32[n, 5, 8], k: float32[n, t, 8], v: float32[n, t, 8], m: bool[n, 5, t]) -> (y) {
                  constant/0.5: float32[] = 0.5
                  constant/-Infinity: float32[] = -Infinity
                  a/Multiply = Multiply(q, constant/0.5)
                  a/Reshape = Reshape{shape=[n, 5, 2, 4]}(a/Multiply)
                  a/Transpose = Transpose{permutation=[0, 2, 1, 3]}(a/Reshape)
                  a/Reshape_1 = Reshape{shape=[n, t, 2, 4]}(k)
                  a/Transpose_1 = Transpose{permutation=[0, 2, 3, 1]}(a/Reshape_1)
                  a/Reshape_2 = Reshape{shape=[n, t, 2, 4]}(v)
                  a/Transpose_2 = Transpose{permutation=[0, 2, 1, 3]}(a/Reshape_2)
                  a/MatMul = MatMul(a/Transpose, a/Transpose_1)
                  a/Reshape_3 = Reshape{shape=[n, 1, 5, t]}(m)
                  a/Where = Where(a/Reshape_3, constant/-Infinity, a/MatMul)
                  a/Softmax = Softmax{axis=3}(a/Where)
                  a/MatMul_1 = MatMul(a/Softmax, a/Transpose_2)
                  a/Transpose_3 = Transpose{permutation=[0, 2, 1, 3]}(a/MatMul_1)
                  a/Reshape_4 = Reshape{shape=[n, 5, 8]}(a/Transpose_3)
                  y = Relu(a/Reshape_4)
                }
                """, """
                (q: float32[n, 5, 8], k: float32[n, t, 8], v: float32[n, t, 8], m: bool[n, 5, t]) -> (y) {
                  a = Attention{heads=2}(q, k, v, m)
                  y = Relu(a)
                }
                """, LOWERING);
    }

    @Test
    void semanticInferenceMixesTheResizedMasks() {
        assertBecomes("""
                (c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (y) {
                  head/Softmax = Softmax{axis=2}(c)
                  head/Slice = Slice{axis=2, start=0, end=3}(head/Softmax)
                  head/Transpose = Transpose{permutation=[0, 2, 1]}(head/Slice)
                  head/Resize = Resize{mode=bilinear, height=32*h, width=32*w}(m)
                  head/Sigmoid = Sigmoid(head/Resize)
                  head/Reshape = Reshape{shape=[n, 6, 1024*h*w]}(head/Sigmoid)
                  head/MatMul = MatMul(head/Transpose, head/Reshape)
                  head/Reshape_1 = Reshape{shape=[n, 3, 32*h, 32*w]}(head/MatMul)
                  y = ArgMax{axis=1}(head/Reshape_1)
                }
                """, """
                (c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (y) {
                  head = SemanticInference{height=32*h, width=32*w}(c, m)
                  y = ArgMax{axis=1}(head)
                }
                """, LOWERING);
    }

    private static final String LABELS = """
            (c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (labels) {
              labels = SemanticLabels{height=32*h, width=32*w}(c, m) as head/SemanticLabels
            }
            """;

    @Test
    void semanticLabelsAreTheBestOfTheScores() {
        assertBecomes("""
                (c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (labels) {
                  head/SemanticInference/Softmax = Softmax{axis=2}(c)
                  head/SemanticInference/Slice = Slice{axis=2, start=0, end=3}(head/SemanticInference/Softmax)
                  head/SemanticInference/Transpose = Transpose{permutation=[0, 2, 1]}(head/SemanticInference/Slice)
                  head/SemanticInference/Resize = Resize{mode=bilinear, height=32*h, width=32*w}(m)
                  head/SemanticInference/Sigmoid = Sigmoid(head/SemanticInference/Resize)
                  head/SemanticInference/Reshape = Reshape{shape=[n, 6, 1024*h*w]}(head/SemanticInference/Sigmoid)
                  head/SemanticInference/MatMul = MatMul(head/SemanticInference/Transpose, head/SemanticInference/Reshape)
                  head/SemanticInference/Reshape_1 = Reshape{shape=[n, 3, 32*h, 32*w]}(head/SemanticInference/MatMul)
                  head/ArgMax = ArgMax{axis=1}(head/SemanticInference/Reshape_1)
                  labels = Cast{to=uint8}(head/ArgMax) as head/Cast
                }
                """, LABELS, LOWERING);
    }

    @Test
    void semanticLabelsUseTheScoresThatAnEngineHas() {
        assertBecomes("""
                (c: float32[n, 6, 4], m: float32[n, 6, 8*h, 8*w]) -> (labels) {
                  head/SemanticInference = SemanticInference{height=32*h, width=32*w}(c, m)
                  head/ArgMax = ArgMax{axis=1}(head/SemanticInference)
                  labels = Cast{to=uint8}(head/ArgMax) as head/Cast
                }
                """, LABELS, new Lowering(Set.of(Operation.SemanticInference.class), Lowering.DeformableAttention.GATHER));
        assertBecomes(LABELS, LABELS, new Lowering(Set.of(Operation.SemanticLabels.class), Lowering.DeformableAttention.GATHER));
    }

    @Test
    void operationsThatAnEngineHasStay() {
        String text = """
                (x: float32[n, 4, 2*h, w]) -> (y) {
                  s: float32[4] = [1.0, 2.0, 3.0, 4.0]
                  y = GroupNormalization{groups=2}(x, s, s)
                }
                """;
        assertBecomes(text, text,
                new Lowering(Set.of(Operation.GroupNormalization.class), Lowering.DeformableAttention.GATHER));
    }

    @Test
    void constantsFoldAndWhatIsLeftOverGoes() {
        assertBecomes("""
                (x: float32[2, 3]) -> (y) {
                  e: float32[3] = [4.0, 9.0, 16.0]
                  y = Add(x, e)
                }
                """, """
                (x: float32[2, 3]) -> (y) {
                  one: float32[] = 1.0
                  c: float32[3] = [1.0, 2.0, 3.0]
                  d = Add(c, one)
                  e = Multiply(d, d)
                  unused = Multiply(x, c)
                  y = Add(x, e)
                }
                """, new FoldConstants(), new RemoveUnused());
    }
}
