package dev.maskforge.graph.text;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.onnx.EveryOperation;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GraphTextTest {
    @Test
    void aGraphReadsLikeThis() {
        String text = """
                (image: float32[n, 3, 32*h, 32*w]) -> (tokens, c) {
                  metadata "classes" = "road, \\"sky\\""
                  weight: float32[64, 3, 7, 7]
                  half: float32[] = 0.5
                  a = Conv{stride=2, padding=3}(image, weight)
                  model.layer/Relu = Relu(a)
                  "odd name" = Multiply(model.layer/Relu, half)
                  z = Reshape{shape=[n, 64, 256*h*w]}("odd name")
                  tokens = Transpose{permutation=[0, 2, 1]}(z) as transpose
                  b, c = com.example:Split{alpha=0.5, axis=1, kinds=texts["x", "y"], scale=float32[2] = [1.0, 2.0], sizes=integers[1, 2]}\
                (tokens, _, tokens): float32[n], float32[n, 7]
                }
                """;
        Graph graph = GraphText.parse(text);
        assertEquals(text, GraphText.print(graph));
        assertEquals("float32[n, 64, 16*h, 16*w]", graph.type("a").toString());
        assertEquals("transpose", graph.nodes().get(4).name());
        assertEquals(List.of("tokens", "", "tokens"), graph.nodes().get(5).inputs());
        Verifier.verify(graph);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cast{to=float16}(x)", "QuantizeLinear(x, half, zero)", "QuantizeLinear{axis=-1}(x, v, e)",
            "QuantizeLinear(x, half)",
            "DequantizeLinear(e, half)", "DequantizeLinear{axis=0}(e, v, e)", "Gemm(q, q, r)", "Where(m, x, x)", "MatMul(x, x)",
            "Conv{padding=1, dilation=2, groups=3}(z, w)",
            "Conv(x, x)", "FusedConv(x, x)", "FusedConv{activation=relu}(x, x)",
            "FusedConv{padding=1, dilation=2, groups=3}(z, w, k)",
            "FusedConv{stride=2, padding=1, groups=3, activation=relu}(z, w, k, p)", "MaxPool{kernel=3, stride=2, padding=1}(x)",
            "BatchNormalization(x, v, v, v, v)",
            "InstanceNormalization{epsilon=0.5}(x, v, v)",
            "LayerNormalization(x, v, v)", "GroupNormalization{groups=1}(x, v, v)", "GroupNormalization{groups=2, epsilon=1.0E-6}(x, v, v)",
            "Softmax{axis=-1}(x)", "ReduceMean{axes=[1, -1]}(x)", "ReduceSum{axes=[0], keepDimensions=true}(x)",
            "ReduceMinimum{axes=[]}(x)",
            "ReduceMaximum{axes=[2]}(x)", "ArgMax{axis=1}(x)", "Reshape{shape=[4, 16]}(x)", "Reshape{shape=[64]}(x)",
            "Transpose{permutation=[3, 2, 0, 1]}(x)", "Concat{axis=1}(x, x, x)", "Slice{axis=1, start=1, end=3}(x)",
            "Expand{shape=[2, 4, 4, 4]}(x)", "Gather{axis=2}(x, i)", "Resize{mode=bilinear, height=5, width=7*k-1}(x)",
            "Resize{mode=nearest, height=7*ceil((k)/7), width=2}(x)", "GridSample(x, g)", "Range{length=h*w}()",
            "Sizes{dimensions=[h, 3, 2*w]}()",
            "Linear(s, q)", "FeedForward(s, t, u, q, v)", "Attention{heads=2}(s, s, s)",
            "DeformableAttention{heads=2, points=1, levels=[[1, 2], [2, 1]]}(s, o, l)",
            "SemanticInference{height=8, width=9}(s, x)", "SemanticLabels{height=8, width=9}(s, x)",
            "Pixels{mean=[123.675, 116.28, 103.53], deviation=[58.395, 57.12, 57.375]}(b, d)",
            "Pixels{mean=[0.0, 0.0, 0.0], deviation=[1.0, -1.0, 1.0], to=float16}(b, d)", "Relu(x)", "Not(m)",
            "GreaterOrEqual(x, x)", "Subgraph{graph=\"(a: float32[1, 4, 4]) -> (r) {\\n  r = Relu(a)\\n}\\n\"}(s)",
            "ai.onnx:Mish(x): float32[2]",
            "ai.onnx:A{f=-1.5, i=-3, l=floats[NaN, Infinity], n=integers[], s=\"a\\\"b\", t=bool[2] = [true, false]}(): int64[]"})
    void everyOperationRoundTrips(String node) {
        String text = """
                (x: float32[1, 4, 4, 4], z: float32[1, 3, 4, 4], s: float32[1, 4, 4], o: float32[1, 4, 8], l: float32[1, 4, 4], \
                g: float32[1, 3, 3, 2], w: float32[6, 1, 3, 3], q: float32[2, 4], \
                b: uint8[1, 4, 4, 3], d: int32[1, 2], \
                k: float32[6], p: float32[1, 6, 2, 2], t: float32[4, 2], u: float32[2]) -> (y) {
                  v: float32[4] = [1.0, 2.0, 3.0, 4.0]
                  e: int8[4] = [-128, -1, 0, 127]
                  half: float32[] = 0.5
                  zero: uint8[] = 255
                  r: float32[2] = [1.0, -1.0]
                  m: bool[1, 1, 1, 1] = [true]
                  i: int64[3] = [0, 1, -1]
                  y = %s
                }
                """.formatted(node);
        assertEquals(text, GraphText.print(GraphText.parse(text)));
    }

    @Test
    void graphsOfEveryOperationRoundTrip() {
        for (EveryOperation.Sizes sizes : List.of(EveryOperation.Sizes.FIXED, EveryOperation.Sizes.FREE)) {
            EveryOperation.graphs(sizes).forEach((name, graph) -> {
                Graph read = GraphText.parse(GraphText.print(graph));
                assertEquals(graph.nodes(), read.nodes(), name);
                assertEquals(graph.types(), read.types(), name);
                assertEquals(graph.metadata(), read.metadata(), name);
                assertEquals(GraphText.print(graph), GraphText.print(read), name);
            });
        }
    }

    @Test
    void constantsAreExactOrInvented() {
        String text = """
                () -> (y) {
                  a: float32[3] = [0.1, -1.0E-30, Infinity]
                  b: float64[1] = [0.1]
                  c: float16[2] = [15360, 65535]
                  d: uint8[2] = [0, 255]
                  e: int32[] = -7
                  f: float32[40]
                  y = Relu(f)  # a comment
                }
                """;
        Graph graph = GraphText.parse(text);
        assertArrayEquals(new float[]{0.1f, -1e-30f, Float.POSITIVE_INFINITY}, constant(graph, "a").toFloats());
        assertEquals(text.replace("  # a comment", ""), GraphText.print(graph));
        float[] invented = constant(graph, "f").toFloats();
        assertArrayEquals(invented, constant(GraphText.parse(text), "f").toFloats());
        float least = 1;
        float most = -1;
        for (float value : invented) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        assertTrue(least < -0.5 && most > 0.5 && least >= -1 && most < 1, least + " to " + most);
        for (float value : constant(GraphText.parse(text.replace("f: float32[40]", "f: float32[40] = positive")), "f").toFloats()) {
            assertTrue(value > 0 && value <= 1, () -> "" + value);
        }
    }

    private static Tensor constant(Graph graph, String name) {
        return Objects.requireNonNull(graph.initializers().get(name), name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"x|line 1, column 1: expected '(', found 'x'",
            "(x float32[1])|line 1, column 4: expected ':', found 'float32[1])'",
            "(x: float[1])|line 1, column 5: 'float' is not a data type", "(x: float32[1/2])|line 1, column 13: '1/2' is not a dimension",
            "(x: float32[1]) -> y|line 1, column 20: expected '(', found 'y'",
            "(x: float32[1]) -> (y) { y = Rleu(x) }|expected an operation, found 'Rleu'",
            "(x: float32[1]) -> (y) { y = Relu(z) }|'z' is not defined before it is taken",
            "(x: float32[1]) -> (y) { y = Relu(x, x) }|line 1, column 26: Relu: takes 1 to 1 inputs, not 2",
            "(x: float32[1]) -> (y) { y = Softmax(x) }|expected the parameter 'axis'",
            "(x: float32[1]) -> (y) { y = Softmax{axis=a}(x) }|line 1, column 43: expected a whole number, found 'a}(x) }'",
            "(x: float32[1]) -> (y) { y = Relu{axis=1}(x) }|Relu has no parameter 'axis'",
            "(x: float32[1]) -> (y) { y = Softmax{axis=1, axis=1}(x) }|'axis' stands there twice",
            "(x: float32[1]) -> (y) { y = FusedConv{activation=tanh}(x, x) }|line 1, column 51: expected one of [none, relu], found 'tanh'",
            "(x: float32[1]) -> (y) { y = Relu(x)|line 1, column 37: expected a name, found the end",
            "(x: float32[1]) -> (y) { }|output 'y' is not defined",
            "(x: float32[1]) -> (x) { x: float32[1] }|'x' is defined twice",
            "(x: float32[1]) -> (x) { c: float32[2] = [1] }|expected 2 elements, found 1",
            "(x: float32[1]) -> (x) { c: float32[1] = [one] }|expected elements of float32",
            "(x: float32[1]) -> (x) { c: float32[n] }|expected a constant of a fixed shape, found [n]",
            "(x: float32[1]) -> (x) { c: float32[4294967296, 4294967296] }|too large for a text",
            "(x: float32[1]) -> (x) { a, b = Relu(x) }|Relu gives 1 values, not 2",
            "(x: float32[1]) -> (x) { } more|expected the end, found 'more'",
            "(x: float32[1]) -> (x) { y = ai.onnx:Mish(x) }|expected ':', found '}'",
            "(\"x: float32[1]) -> (x) { }|expected '\"', found the end"})
    void errorsSayWhereAndWhat(String text, String message) {
        String found = String.valueOf(assertThrows(IllegalArgumentException.class, () -> GraphText.parse(text)).getMessage());
        assertTrue(found.contains(message) && found.startsWith("line "), found);
    }

    @Test
    void errorsCountLines() {
        String found = String
                .valueOf(assertThrows(IllegalArgumentException.class, () -> GraphText.parse("() -> () {\n  # nothing\n  c: int65[1]\n}\n"))
                        .getMessage());
        assertEquals("line 3, column 6: 'int65' is not a data type", found);
    }
}
