package dev.maskforge.graph;

import dev.maskforge.graph.onnx.OnnxWriter;
import dev.maskforge.graph.reference.Binding;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A graph as one operation of another.
class SubgraphTest {
    /// Two outputs, an input that two nodes take, and a symbol that only a parameter and a type have.
    private static final String CHAIN = """
            (x: float32[n, 3, 4], weight: float32[6, 4], scale: float32[3], bias: float32[3]) -> (left, sum) {
              "odd \\"name\\", \\\\" = Linear(x, weight)
              left = Slice{axis=-1, start=0, end=3}("odd \\"name\\", \\\\") as layer.0/Slice
              right = Slice{axis=-1, start=3, end=6}("odd \\"name\\", \\\\")
              normal = LayerNormalization(left, scale, bias)
              attended = Attention{heads=3}(normal, right, left)
              sum = Add(attended, left)
            }
            """;

    private static Graph outer(Graph inner) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("tokens", inner.type("x"));
        Value weight = builder.initializer("w", Tensor.of(Shape.of(6, 4), numbers(24)));
        Value scale = builder.initializer("s", Tensor.of(Shape.of(3), numbers(3)));
        List<Value> results = builder.copy(new Node("chain", new Operation.Subgraph(inner), List.of(), List.of("first", "second")),
                List.of(x, weight, scale, scale));
        builder.output("a", results.get(0));
        builder.output("b", results.get(1).relu());
        return builder.build();
    }

    private static float[] numbers(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() * 4 - 2;
        }
        return numbers;
    }

    @Test
    void computesWhatItsGraphComputes() {
        Graph inner = GraphText.parse(CHAIN);
        Graph outer = Verifier.verify(outer(inner));
        for (int batch = 1; batch < 3; batch++) {
            Tensor x = Tensor.of(Shape.of(batch, 3, 4), numbers(batch * 12));
            SequencedMap<String, Tensor> expected = Interpreter.run(inner, Map.of("x", x, "weight", constant(outer, "w"), "scale",
                    constant(outer, "s"), "bias", constant(outer, "s")));
            SequencedMap<String, Tensor> given = Interpreter.run(outer, Map.of("tokens", x));
            assertArrayEquals(value(expected, "left").toFloats(), value(given, "a").toFloats());
            float[] sum = value(expected, "sum").toFloats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] = Math.max(sum[i], 0);
            }
            assertArrayEquals(sum, value(given, "b").toFloats());
        }
    }

    private static Tensor value(SequencedMap<String, Tensor> values, String name) {
        Tensor value = values.get(name);
        if (value == null) {
            throw new AssertionError("no " + name);
        }
        return value;
    }

    private static Tensor constant(Graph graph, String name) {
        return value(graph.initializers(), name);
    }

    @Test
    void anObserverSeesItsOutputsAndNotItsNodes() {
        List<String> seen = new ArrayList<>();
        Interpreter.run(outer(GraphText.parse(CHAIN)), Map.of("tokens", Tensor.of(Shape.of(1, 3, 4), numbers(12))),
                (node, outputs) -> seen.add(node.name() + " " + outputs));
        assertEquals(List.of("chain [float32[1, 3, 3], float32[1, 3, 3]]", "Relu [float32[1, 3, 3]]"), seen);
    }

    /// The interpreter rounds each value of half precision; the nodes within are such values.
    @Test
    void halfPrecisionIsRoundedNodeByNode() {
        Graph inner = GraphText.parse("""
                (x: float16[1], y: float16[1]) -> (z) {
                  sum = Add(x, y)
                  z = Subtract(sum, x)
                }
                """);
        List<Tensor> inputs = List.of(Tensor.ofHalves(Shape.of(1), 2048), Tensor.ofHalves(Shape.of(1), 1));
        Tensor z = Interpreter.evaluate(new Operation.Subgraph(inner), inputs);
        assertArrayEquals(new float[]{0}, Interpreter.evaluate(new Operation.Cast(DataType.FLOAT32), List.of(z)).toFloats(),
                "2048 + 1 is no half");
    }

    @Test
    void operationsOfSeveralOutputsAreNotComputedAsOne() {
        Operation two = new Operation.Subgraph(GraphText.parse("(x: float32[1]) -> (a, b) { a = Relu(x) b = Abs(x) }"));
        assertTrue(message(() -> Interpreter.evaluate(two, List.of(Tensor.of(Shape.of(1), 1f)))).contains("gives 2 values"));
    }

    @Test
    void typesAreThoseOfItsGraph() {
        Operation.Subgraph chain = new Operation.Subgraph(GraphText.parse(CHAIN));
        List<TensorType> inputs = chain.inputTypes();
        assertEquals("[float32[n, 3, 3], float32[n, 3, 3]]", ShapeInference.infer(chain, inputs).toString());
        assertEquals("Subgraph: takes 4 inputs, not 3", message(() -> ShapeInference.infer(chain, inputs.subList(0, 3))));
        List<TensorType> other = List.of(inputs.get(0), inputs.get(1), new TensorType(DataType.FLOAT16, Shape.of(3)), inputs.get(3));
        assertEquals("Subgraph: input 2 is float16[3], not float32[3] as its 'scale'",
                message(() -> ShapeInference.infer(chain, other)));
    }

    @Test
    void itsDimensionsAreAllThatItsGraphHas() {
        Operation chain = new Operation.Subgraph(GraphText.parse(CHAIN));
        assertEquals(Set.of("n", "0", "3", "4", "6"), strings(chain.dimensions()));
        Operation bound = Binding.bind(chain, Map.of("n", 5L));
        assertEquals(Set.of("5", "0", "3", "4", "6"), strings(bound.dimensions()));
        assertEquals(new Operation.Subgraph(GraphText.parse(CHAIN.replace("float32[n", "float32[5"))), bound);
    }

    private static Set<String> strings(List<Dimension> dimensions) {
        Set<String> strings = new HashSet<>();
        dimensions.forEach(dimension -> strings.add(dimension.toString()));
        return strings;
    }

    @Test
    void itsTextHasItsGraphInQuotes() {
        Graph outer = outer(GraphText.parse(CHAIN));
        String text = GraphText.print(outer);
        assertEquals(1, text.lines().filter(line -> line.contains("Subgraph")).count());
        Graph read = GraphText.parse(text);
        assertEquals(outer.nodes(), read.nodes());
        assertEquals(outer.types(), read.types());
        assertEquals(text, GraphText.print(read));
    }

    /// Names that end quotes, lines or graphs, or begin comments.
    @Test
    void namesOfAnyLettersSurviveBothTexts() {
        for (String name : List.of("\"", "\\", "\\\"", "\\n", "a\nb", "\r\n", "# }", "}\n}", ")\"}(x)", "\u2028", "_", "as", "\\\\\"\\")) {
            GraphBuilder builder = new GraphBuilder();
            Value x = builder.input(name, new TensorType(DataType.FLOAT32, Shape.of(2)));
            builder.output(name + name, x.relu());
            Graph inner = builder.build();
            GraphBuilder outer = new GraphBuilder();
            Value y = outer.input("y", new TensorType(DataType.FLOAT32, Shape.of(2)));
            outer.output("z", outer.add(new Operation.Subgraph(inner), y));
            Graph graph = outer.build();
            assertEquals(graph.nodes(), GraphText.parse(GraphText.print(graph)).nodes(), name);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "(x: float32[1]) -> (y) { y = Rleu(x) }|in the graph in quotes, line 1, column 34: expected an operation, found 'Rleu'",
            "(x: float32[1]) -> (y) { y = Relu(x) } more|in the graph in quotes, line 1, column 40: expected the end",
            "(x: float32[1]) -> (y) { c: float32[1] = [1] y = Add(x, c) }|has the constant 'c'; make it an input",
            "(x: float32[1]) -> (y) { c: float32[99999999] y = Relu(x) }|'c' is a constant, which a graph within a graph has none of",
            "(x: float32[1]) -> (y) { y = Relu(x) metadata \\\"a\\\" = \\\"b\\\" }|has metadata, 'a'",
            "(x: float32[1]) -> (y) { y = com.example:Split(x): float32[1] }|has node 'y', Split",
            "(x: float32[1]) -> (y) { y = ai.onnx:A{t=float32[16777217]}(x): float32[1] }|too large for a text",
            "(x: float32[1]) -> (y) { y = Subgraph{graph=\\\"(x: float32[1]) -> (y) { y = Relu(x) }\\\"}(x) }|has node 'y', Subgraph",
            "(x: float32[1]) -> () { y = Relu(x) }|has no outputs", "(x: float32[1]) -> (x) { y = Relu(x) }|has the output 'x', an input",
            "(x: float32[1]) -> (y, y) { y = Relu(x) }|has the output 'y', an input or another output",
            "(x: float32[1]) -> (y) { y = Relu(x) as a z = Relu(x) as a }|not a valid graph: two nodes are called 'a'",
            "(x: float32[1]) -> (y) { _ = Relu(x) y = Relu(x) }|not a valid graph",
            "|in the graph in quotes, line 1, column 1: expected '('"})
    void graphsThatAreNoneAreRefusedInOneLine(String inner, String expected) {
        String graph = inner == null ? "" : inner;
        String message = message(() -> GraphText.parse("(x: float32[1]) -> (y) {\n  y = Subgraph{graph=\"" + graph + "\"}(x)\n}\n"));
        assertTrue(message.startsWith("line 2, column ") && message.contains(expected) && message.lines().count() == 1, message);
    }

    @Test
    void aGraphIsNeededAndNoneIsNot() {
        assertTrue(message(() -> GraphText.parse("(x: float32[1]) -> (y) { y = Subgraph(x) }")).contains("expected the parameter 'graph'"));
        assertTrue(message(() -> GraphText.parse("(x: float32[1]) -> (y) { y = Relu{graph=\"() -> (z) { z = Range{length=1}() }\"}(x) }"))
                .contains("Relu has no parameter 'graph'"));
    }

    @Test
    void graphsThatContradictThemselvesAreRefused() {
        Map<String, TensorType> types = new LinkedHashMap<>(Map.of("x", new TensorType(DataType.FLOAT32, Shape.of(1))));
        Node relu = new Node("y", new Operation.Unary(Operation.UnaryFunction.RELU), List.of("x"), List.of("y"));
        types.put("y", new TensorType(DataType.FLOAT32, Shape.of(2)));
        Graph wrong = new Graph(List.of("x"), List.of("y"), List.of(relu), new LinkedHashMap<>(), types, new LinkedHashMap<>());
        assertTrue(message(() -> new Operation.Subgraph(wrong)).contains("the graph says"));
        Graph untyped = new Graph(List.of("x", "v"), List.of("y"), List.of(relu), new LinkedHashMap<>(), types, new LinkedHashMap<>());
        assertTrue(message(() -> new Operation.Subgraph(untyped)).contains("no type for its input 'v'"));
    }

    @Test
    void onnxHasNone() {
        Graph outer = outer(GraphText.parse(CHAIN));
        assertTrue(message(() -> OnnxWriter.write(outer, "1", Channels.newChannel(OutputStream.nullOutputStream())))
                .contains("no Subgraph; run dev.maskforge.passes.Lowering"));
    }

    private static String message(Executable executable) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, executable).getMessage());
    }
}
