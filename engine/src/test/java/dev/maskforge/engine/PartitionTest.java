package dev.maskforge.engine;

import dev.maskforge.engine.Partition.Step;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.graph.text.GraphText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

/// In these graphs the kernels are the sigmoids.
class PartitionTest {
    private static boolean isOwn(Operation operation) {
        return operation instanceof Operation.Unary(Operation.UnaryFunction function) && function == Operation.UnaryFunction.SIGMOID;
    }

    private static Partition cut(Graph graph) {
        Partition partition = Partition.of(graph, PartitionTest::isOwn);
        assertRunsAsTheGraphDoes(graph, partition);
        return partition;
    }

    /// Such as `segment (x) -> (a)` and `kernel k`.
    private static List<String> steps(String graph) {
        return cut(GraphText.parse(graph)).steps().stream().map(PartitionTest::describe).toList();
    }

    private static String describe(Step step) {
        return switch (step) {
            case Step.Kernel(Node node, _, _) -> "kernel " + node.name();
            case Step.Segment(Graph graph) ->
                "segment (" + String.join(", ", graph.inputs()) + ") -> (" + String.join(", ", graph.outputs())
                        + "): " + String.join(", ", graph.nodes().stream().map(Node::name).toList());
        };
    }

    private static Map<String, Tensor> numbers(Graph graph) {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Tensor> numbers = new HashMap<>();
        graph.inputs().forEach(name -> numbers.put(name,
                OperationCases.random(graph.type(name).shape().with(Map.of("n", 2L, "h", 3L, "w", 5L)), random)));
        return numbers;
    }

    /// The interpreter gives the same bits, step by step, with nothing but what the steps say that they take.
    private static void assertRunsAsTheGraphDoes(Graph graph, Partition partition) {
        Map<String, Tensor> inputs = numbers(graph);
        Map<String, Tensor> values = new HashMap<>(inputs);
        for (Step step : partition.steps()) {
            switch (step) {
                case Step.Segment(Graph segment) -> {
                    Verifier.verify(segment);
                    Map<String, Tensor> taken = new LinkedHashMap<>();
                    segment.inputs().forEach(name -> taken.put(name, requireNonNull(values.get(name), name)));
                    values.putAll(Interpreter.run(segment, taken));
                }
                case Step.Kernel(Node node, List<TensorType> types, List<TensorType> results) -> {
                    List<Tensor> taken = node.inputs().stream().map(name -> values.getOrDefault(name, graph.initializers().get(name)))
                            .map(tensor -> requireNonNull(tensor)).toList();
                    assertEquals(node.inputs().stream().map(graph::type).toList(), types);
                    assertEquals(node.outputs().stream().map(graph::type).toList(), results);
                    values.put(node.output(), Interpreter.evaluate(node.operation(), taken));
                }
            }
        }
        Interpreter.run(graph, inputs).forEach((name, expected) -> assertArrayEquals(expected.toFloats(),
                requireNonNull(values.get(name), name).toFloats()));
    }

    @Test
    void aGraphWithoutKernelsIsOneSegmentAsItIs() {
        Graph graph = GraphText.parse("(x: float32[2]) -> (y) {\n  y = Relu(x)\n}\n");
        Step step = cut(graph).steps().getFirst();
        assertSame(graph, ((Step.Segment) step).graph());
        assertEquals(1, cut(graph).steps().size());
    }

    @Test
    void aKernelCutsTheGraphInTwo() {
        assertEquals(List.of("segment (x) -> (a): a", "kernel k", "segment (k) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  k = Sigmoid(a)
                  y = Sin(k)
                }
                """));
    }

    @Test
    void aWayAroundTheKernelStaysWhereItCanBeFirst() {
        assertEquals(List.of("segment (x) -> (a, c): a, b, c", "kernel k", "segment (k, c) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  k = Sigmoid(a)
                  b = Cos(a)
                  c = Exp(b)
                  y = Add(k, c)
                }
                """));
    }

    @Test
    void aKernelMayGiveAnOutputAndTakeAnInput() {
        assertEquals(List.of("kernel k"), steps("(x: float32[2]) -> (k) {\n  k = Sigmoid(x)\n}\n"));
        assertEquals(List.of("kernel k", "segment (k) -> (y): y"), steps("""
                (x: float32[2]) -> (y, k) {
                  k = Sigmoid(x)
                  y = Relu(k)
                }
                """));
    }

    @Test
    void aValueWithinASegmentMayBeAnOutputToo() {
        assertEquals(List.of("segment (x) -> (a, b): a, b", "kernel y"), steps("""
                (x: float32[2]) -> (a, y) {
                  a = Relu(x)
                  b = Sin(a)
                  y = Sigmoid(b)
                }
                """));
    }

    @Test
    void kernelsInARowHaveNoSegmentBetween() {
        assertEquals(List.of("segment (x) -> (a): a", "kernel k", "kernel m", "segment (m) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  k = Sigmoid(a)
                  m = Sigmoid(k)
                  y = Sin(m)
                }
                """));
    }

    @Test
    void whatFollowsOneKernelOrTwoInARowIsOneSegment() {
        assertEquals(List.of("segment (x) -> (a): a", "kernel k", "kernel m", "segment (k, m) -> (y): b, c, y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  k = Sigmoid(a)
                  m = Sigmoid(k)
                  b = Sin(k)
                  c = Cos(m)
                  y = Add(b, c)
                }
                """));
    }

    @Test
    void kernelsSideBySideAreOneCut() {
        assertEquals(List.of("segment (x) -> (a, b): a, b", "kernel k", "kernel m", "segment (k, m) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  k = Sigmoid(a)
                  b = Sin(x)
                  m = Sigmoid(b)
                  y = Add(k, m)
                }
                """));
    }

    @Test
    void eachSegmentCarriesTheConstantsThatItTakes() {
        Graph graph = GraphText.parse("""
                (x: float32[2]) -> (y) {
                  s: float32[2] = [1.0, 2.0]
                  t: float32[2] = [3.0, 4.0]
                  a = Add(x, s)
                  k = Sigmoid(a)
                  b = Multiply(k, s)
                  y = Add(b, t)
                }
                """);
        List<Step> steps = cut(graph).steps();
        assertEquals(List.of("s"), List.copyOf(((Step.Segment) steps.getFirst()).graph().initializers().keySet()));
        Graph last = ((Step.Segment) steps.getLast()).graph();
        assertEquals(List.of("s", "t"), List.copyOf(last.initializers().keySet()));
        assertSame(graph.initializers().get("s"), last.initializers().get("s"));
    }

    @Test
    void aKernelMayTakeAConstant() {
        assertEquals(List.of("kernel k", "segment (x, k) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  s: float32[2] = [1.0, 2.0]
                  k = Sigmoid(s)
                  y = Add(x, k)
                }
                """));
    }

    @Test
    void whatFollowsFromNoInputIsComputedWhereItIsTaken() {
        assertEquals(List.of("segment (x) -> (a): a", "kernel k", "segment (k) -> (y): r, c, y"), steps("""
                (x: float32[2]) -> (y) {
                  a = Relu(x)
                  r = Range{length=2}()
                  c = Cast{to=float32}(r)
                  k = Sigmoid(a)
                  y = Add(k, c)
                }
                """));
    }

    @Test
    void whatNothingTakesIsInNoStep() {
        assertEquals(List.of("segment (x) -> (y): y"), steps("""
                (x: float32[2]) -> (y) {
                  k = Sigmoid(x)
                  a = Sin(k)
                  y = Relu(x)
                }
                """));
    }

    /// `h*w` says neither; the input that does is handed in again, for its shape alone.
    @Test
    void aSegmentIsToldTheSizesThatItsInputsLeaveOpen() {
        assertEquals(List.of("segment (x) -> (t): t", "kernel k", "segment (k, x) -> (y): y"), steps("""
                (x: float32[n, 4, h, w]) -> (y) {
                  t = Reshape{shape=[n, 4, h*w]}(x)
                  k = Sigmoid(t)
                  y = Reshape{shape=[n, 4*h, w]}(k)
                }
                """));
        assertEquals(List.of("kernel k", "segment (k) -> (y): y"), steps("""
                (x: float32[n, 4, h, w]) -> (y) {
                  k = Sigmoid(x)
                  y = Reshape{shape=[n, 4, h*w]}(k)
                }
                """));
    }

    /// Each node takes two of the ten values before it.
    private static Graph random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        GraphBuilder builder = new GraphBuilder();
        List<Value> values = new ArrayList<>();
        values.add(builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(2))));
        values.add(builder.initializer("c", Tensor.of(Shape.of(2), 0.5f, -1f)));
        for (int i = 0; i < 60; i++) {
            int last = values.size();
            Value a = values.get(random.nextInt(Math.max(0, last - 10), last));
            Value b = values.get(random.nextInt(Math.max(0, last - 10), last));
            values.add(random.nextInt(4) == 0 ? a.sigmoid() : a.add(b).sine());
        }
        builder.output("y", values.getLast());
        builder.output("z", values.get(values.size() - 3));
        return builder.build();
    }

    /// How often a way that ends at a value leaves a segment for kernels and comes back, at most; -1 before the first segment.
    private static int returns(Graph graph, String value, Map<String, Integer> known) {
        Node node = graph.nodes().stream().filter(each -> each.outputs().contains(value)).findFirst().orElse(null);
        if (node == null) {
            return -1;
        }
        Integer before = known.get(value);
        if (before != null) {
            return before;
        }
        int most = isOwn(node.operation()) ? -1 : 0;
        for (String input : node.inputs()) {
            boolean fromKernel = graph.nodes().stream().anyMatch(each -> each.outputs().contains(input) && isOwn(each.operation()));
            int way = returns(graph, input, known);
            most = Math.max(most, fromKernel && !isOwn(node.operation()) ? way + 1 : way);
        }
        known.put(value, most);
        return most;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void randomGraphsHaveAsFewSegmentsAsCanBe(long seed) {
        Graph graph = random(seed);
        Map<String, Integer> known = new HashMap<>();
        int least = graph.outputs().stream().mapToInt(output -> returns(graph, output, known)).max().orElseThrow() + 1;
        long segments = cut(graph).steps().stream().filter(Step.Segment.class::isInstance).count();
        System.out.println("seed " + seed + ": " + segments + " segments of " + graph.nodes().size() + " nodes");
        assertEquals(least, segments);
    }
}
