package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.text.GraphText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/// Attention as exporters write it.
class AttentionFormsTest {
    /// `torch.nn.MultiheadAttention`, tokens first, with a mask that is repeated for each head.
    private static final String TOKENS_FIRST = """
            (q: float32[5, 1, 8], k: float32[7, 1, 8], v: float32[7, 1, 8], x: float32[1, 5, 7]) -> (y) {
              half: float32[] = 0.5
              scale: float32[] = 0.70710677
              one: float32[] = 1.0
              infinity: float32[] = -Infinity
              zero: float32[] = 0.0
              p = Sigmoid(x)
              one-head = Reshape{shape=[1, 1, 5, 7]}(p)
              every-head = Expand{shape=[1, 4, 5, 7]}(one-head)
              flat = Reshape{shape=[4, 5, 7]}(every-head)
              blocked = Less(flat, half)
              zeros = Expand{shape=[4, 5, 7]}(zero)
              mask = Where(blocked, infinity, zeros)
              scaled-mask = Multiply(mask, one)
              q1 = Reshape{shape=[5, 4, 2]}(q)
              q2 = Transpose{permutation=[1, 0, 2]}(q1)
              q3 = Multiply(q2, scale)
              k1 = Reshape{shape=[7, 4, 2]}(k)
              k2 = Transpose{permutation=[1, 2, 0]}(k1)
              v1 = Reshape{shape=[7, 4, 2]}(v)
              v2 = Transpose{permutation=[1, 0, 2]}(v1)
              s = MatMul(q3, k2)
              masked = Add(s, scaled-mask)
              w = Softmax{axis=-1}(masked)
              o = MatMul(w, v2)
              o1 = Transpose{permutation=[1, 0, 2]}(o)
              o2 = Reshape{shape=[5, 8]}(o1)
              y = Relu(o2)
            }
            """;

    @Test
    void tokensFirstWithAMaskRepeatedForEachHead() {
        Graph before = GraphText.parse(TOKENS_FIRST);
        Graph after = Recognising.all(before);
        assertEquals(1, Recognising.types(after).stream().filter("Attention"::equals).count(), GraphText.print(after));
        assertEquals(List.of(),
                Recognising.types(after).stream().filter(List.of("MatMul", "Softmax", "Expand", "Where")::contains).toList());
        assertEquals("bool[1, 5, 7]", after.type(attention(after).inputs().get(3)).toString());
        Recognising.assertSame(before, after, Map.of());
    }

    private static Node attention(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation().type().equals("Attention")).findFirst().orElseThrow();
    }

    /// Pictures and heads in one axis, the scale before the heads are cut, as Hugging Face's Mask2Former has it.
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3"})
    void picturesAndHeadsInOneAxis(long n, long heads) {
        Graph before = GraphText.parse("""
                (q: float32[%1$d, 5, 6], k: float32[%1$d, 7, 6], v: float32[%1$d, 7, 6]) -> (y) {
                  scale: float32[] = 0.70710677
                  q1 = Multiply(q, scale)
                  q2 = Reshape{shape=[%1$d, 5, 3, 2]}(q1)
                  q3 = Transpose{permutation=[0, 2, 1, 3]}(q2)
                  q4 = Reshape{shape=[%2$d, 5, 2]}(q3)
                  k1 = Reshape{shape=[%1$d, 7, 3, 2]}(k)
                  k2 = Transpose{permutation=[0, 2, 1, 3]}(k1)
                  k3 = Reshape{shape=[%2$d, 7, 2]}(k2)
                  k4 = Transpose{permutation=[0, 2, 1]}(k3)
                  v1 = Reshape{shape=[%1$d, 7, 3, 2]}(v)
                  v2 = Transpose{permutation=[0, 2, 1, 3]}(v1)
                  v3 = Reshape{shape=[%2$d, 7, 2]}(v2)
                  s = MatMul(q4, k4)
                  w = Softmax{axis=2}(s)
                  o = MatMul(w, v3)
                  o1 = Reshape{shape=[%1$d, 3, 5, 2]}(o)
                  o2 = Transpose{permutation=[0, 2, 1, 3]}(o1)
                  o3 = Reshape{shape=[%1$d, 5, 6]}(o2)
                  y = Relu(o3)
                }
                """.formatted(n, n * heads));
        Graph after = Recognising.all(before);
        assertEquals(List.of("Attention", "Relu"), Recognising.types(after), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of());
    }

    /// The scale of 1 / √d on the scores, or half of it on each side; and none, which is made up for.
    @ParameterizedTest
    @CsvSource({"0.5, 1.0, Attention Relu", "0.25, 2.0, Attention Relu", "1.0, 1.0, Multiply Attention Relu"})
    void theScaleMayBeAnywhere(float scores, float query, String expected) {
        Graph cut = GraphText.parse("""
                (q: float32[2, 5, 12], k: float32[2, 7, 12], v: float32[2, 7, 12]) -> (y) {
                  a: float32[] = %s
                  b: float32[] = %s
                  q1 = Reshape{shape=[2, 5, 3, 4]}(q)
                  q2 = Transpose{permutation=[0, 2, 1, 3]}(q1)
                  qs = Multiply(q2, b)
                  k1 = Reshape{shape=[2, 7, 3, 4]}(k)
                  kt = Transpose{permutation=[0, 2, 3, 1]}(k1)
                  v1 = Reshape{shape=[2, 7, 3, 4]}(v)
                  v2 = Transpose{permutation=[0, 2, 1, 3]}(v1)
                  s = MatMul(qs, kt)
                  t = Multiply(s, a)
                  w = Softmax{axis=3}(t)
                  o = MatMul(w, v2)
                  o1 = Transpose{permutation=[0, 2, 1, 3]}(o)
                  o2 = Reshape{shape=[2, 5, 12]}(o1)
                  y = Relu(o2)
                }
                """.formatted(scores, query));
        Graph after = Recognising.all(cut);
        assertEquals(List.of(expected.split(" ", -1)), Recognising.types(after), GraphText.print(after));
        Recognising.assertSame(cut, after, Map.of());
    }

    /// Heads that come apart already are pictures of one head each.
    @Test
    void headsThatAreNoChannelsAreAsGoodAsPictures() {
        Graph before = GraphText.parse("""
                (q: float32[2, 3, 5, 4], k: float32[2, 3, 7, 4], v: float32[2, 3, 7, 4]) -> (y) {
                  half: float32[] = 0.5
                  qs = Multiply(q, half)
                  kt = Transpose{permutation=[0, 1, 3, 2]}(k)
                  s = MatMul(qs, kt)
                  w = Softmax{axis=3}(s)
                  o = MatMul(w, v)
                  y = Relu(o)
                }
                """);
        Graph after = Recognising.all(before);
        assertEquals("Attention[heads=1]", attention(after).operation().toString(), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of());
    }

    @Test
    void doesNotFireOnAMaskThatDiffersFromHeadToHead() {
        Graph after = Recognising.all(TOKENS_FIRST.replace("x: float32[1, 5, 7]", "x: float32[4, 5, 7]")
                .replace("one-head = Reshape{shape=[1, 1, 5, 7]}(p)", "").replace("every-head = Expand{shape=[1, 4, 5, 7]}(one-head)", "")
                .replace("Reshape{shape=[4, 5, 7]}(every-head)", "Relu(p)"));
        assertFalse(Recognising.types(after).contains("Attention"), GraphText.print(after));
    }

    @Test
    void doesNotFireOnMasksOfOtherNumbers() {
        Graph after = Recognising.all(TOKENS_FIRST.replace("= -Infinity", "= -100.0"));
        assertFalse(Recognising.types(after).contains("Attention"), GraphText.print(after));
    }

    @Test
    void doesNotFireOnASoftmaxOverQueries() {
        Graph after = Recognising.all(TOKENS_FIRST.replace("Softmax{axis=-1}", "Softmax{axis=1}"));
        assertFalse(Recognising.types(after).contains("Attention"), GraphText.print(after));
    }

    @Test
    void headsThatAreInterleavedInTheQueryAreLaidOutAnew() {
        Graph before = GraphText.parse(TOKENS_FIRST.replace("q1 = Reshape{shape=[5, 4, 2]}(q)", "q1 = Reshape{shape=[5, 2, 4]}(q)")
                .replace("q2 = Transpose{permutation=[1, 0, 2]}(q1)", "q2 = Transpose{permutation=[2, 0, 1]}(q1)"));
        Graph after = Recognising.all(before);
        assertEquals("Attention[heads=4]", attention(after).operation().toString(), GraphText.print(after));
        Recognising.assertSame(before, after, Map.of());
    }
}
