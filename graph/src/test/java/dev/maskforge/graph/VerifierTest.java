package dev.maskforge.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// Each rule is broken by one graph, and by nothing else in it.
class VerifierTest {
    private static final TensorType TYPE = new TensorType(DataType.FLOAT32, Shape.of(2, 3));
    private static final Operation RELU = new Operation.Unary(Operation.UnaryFunction.RELU);
    private static final SequencedMap<String, Tensor> NO_CONSTANTS = new LinkedHashMap<>();

    private static Node relu(String name, String input, String output) {
        return new Node(name, RELU, List.of(input), List.of(output));
    }

    private static Graph graph(List<String> outputs, Map<String, TensorType> types, Node... nodes) {
        return new Graph(List.of("x"), outputs, List.of(nodes), NO_CONSTANTS, types, new LinkedHashMap<>());
    }

    private static String problem(Graph graph) {
        String message = String.valueOf(assertThrows(IllegalStateException.class, () -> Verifier.verify(graph)).getMessage());
        return message.replace("not a valid graph: ", "");
    }

    @Test
    void aGoodGraphComesBack() {
        Graph good = graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), relu("relu", "x", "y"));
        assertSame(good, Verifier.verify(good));
    }

    @Test
    void valuesAreDefinedOnce() {
        assertEquals("value 'y' is defined twice",
                problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), relu("a", "x", "y"), relu("b", "x", "y"))));
        assertEquals("value 'x' is defined twice",
                problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), relu("a", "x", "y"), relu("b", "y", "x"))));
    }

    @Test
    void valuesAreDefinedBeforeUse() {
        Map<String, TensorType> types = Map.of("x", TYPE, "y", TYPE, "z", TYPE);
        assertEquals("node 'b' takes 'z', which is not defined before it",
                problem(graph(List.of("y"), types, relu("b", "z", "y"), relu("a", "x", "z"))));
        assertEquals("node 'b' takes 'z', which is not defined before it", problem(graph(List.of("y"), types, relu("b", "z", "y"))));
    }

    @Test
    void nodeNamesAreUnique() {
        assertEquals("two nodes are called 'a'",
                problem(graph(List.of("z"), Map.of("x", TYPE, "y", TYPE, "z", TYPE), relu("a", "x", "y"), relu("a", "y", "z"))));
    }

    @Test
    void typesFollowFromOperations() {
        TensorType other = new TensorType(DataType.FLOAT32, Shape.of(3, 2));
        assertEquals("node 'a' gives [float32[2, 3]], the graph says [float32[3, 2]]",
                problem(graph(List.of("y"), Map.of("x", TYPE, "y", other), relu("a", "x", "y"))));
        assertEquals("node 'a' has a value without a type", problem(graph(List.of("y"), Map.of("x", TYPE), relu("a", "x", "y"))));
        assertEquals("node 'a': Relu: takes 1 to 1 inputs, not 2",
                problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), new Node("a", RELU, List.of("x", "x"), List.of("y")))));
        assertEquals("node 'a': Relu: takes 1 to 1 inputs, not 0",
                problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), new Node("a", RELU, List.of(), List.of("y")))));
        assertEquals("node 'a': shape [2, 3] has no axis 2", problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE),
                new Node("a", new Operation.Softmax(2), List.of("x"), List.of("y")))));
    }

    @Test
    void typesOfForeignOperationsAreTheirOwn() {
        Node foreign = new Node("theirs", new Operation.Foreign("com.example", "Theirs", Map.of(), List.of(TYPE)), List.of("x"),
                List.of("y"));
        Graph graph = graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), foreign);
        assertSame(graph, Verifier.verify(graph));
    }

    @Test
    void constantsHaveTheirType() {
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        constants.put("c", Tensor.of(Shape.of(6), new float[6]));
        Graph graph = new Graph(List.of("x"), List.of("y"), List.of(relu("a", "x", "y")), constants,
                new HashMap<>(Map.of("x", TYPE, "y", TYPE, "c", TYPE)), new LinkedHashMap<>());
        assertEquals("constant 'c' is not of the type that the graph says", problem(graph));
    }

    @Test
    void outputsAreDefined() {
        assertEquals("output 'z' is not defined",
                problem(graph(List.of("y", "z"), Map.of("x", TYPE, "y", TYPE, "z", TYPE), relu("a", "x", "y"))));
    }

    @Test
    void aThousandProblemsAreOneLine() {
        Node[] nodes = IntStream.range(0, 1000).mapToObj(_ -> relu("a", "x", "y")).toArray(Node[]::new);
        String message = problem(graph(List.of("y"), Map.of("x", TYPE, "y", TYPE), nodes));
        assertEquals(1, message.lines().count());
        assertEquals(10, message.split("; ", -1).length);
    }
}
