package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.RemoveUnused;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GatherTokensTest {
    private static final int HEADS = 2;
    private static final int SAMPLES = HEADS * 2;

    /// What is other than the kernel wants it.
    enum Other {
        NOTHING, ORDER_OF_SUMS, CHANNELS, HIDDEN, FOLLOWING_WIDTH, TYPE, PROJECTION_WITHOUT_BIAS, INNER_WITHOUT_BIAS,
        FOLLOWING_WITHOUT_BIAS,
        WEIGHTS_COMPUTED, BIAS_COMPUTED, SCALE_COMPUTED, BETWEEN_TAKEN, HIDDEN_TAKEN, ACTIVATION, ATTENTION, TWO_FOLLOW,
        TOKENS_OF_ALL_PICTURES, PROJECTION_OF_OTHER_WIDTH
    }

    /// An encoder's layer, and the next one's merged product, of which that takes columns.
    private record Layer(Other other, Dimension pictures, Dimension height) {
        private DataType type() {
            return other == Other.TYPE ? DataType.FLOAT32 : DataType.FLOAT16;
        }

        private int channels() {
            return other == Other.CHANNELS ? 320 : 64;
        }

        private int hidden() {
            return other == Other.HIDDEN ? 96 : 128;
        }

        private int following() {
            return channels() + 3 * SAMPLES + (other == Other.FOLLOWING_WIDTH ? 8 : 20);
        }

        private Value input(GraphBuilder builder, String name, long width) {
            return builder.input(name,
                    new TensorType(type(), new Shape(List.of(pictures, height.times(3), Dimension.of(width)))));
        }

        Graph graph(boolean follows) {
            GraphBuilder builder = new GraphBuilder();
            Value tokens = other == Other.TOKENS_OF_ALL_PICTURES
                    ? builder.input("tokens", new TensorType(type(), new Shape(List.of(Dimension.ONE, height.times(3), Dimension.of(64)))))
                    : input(builder, "tokens", channels());
            int width = other == Other.PROJECTION_OF_OTHER_WIDTH ? 2 * channels() : channels();
            Value attended = attention(input(builder, "values", width), input(builder, "offsets", 2 * SAMPLES),
                    input(builder, "logits", SAMPLES));
            Value start = other == Other.ATTENTION ? attended.relu() : attended;
            Value projected = linear("projection", start, channels(), other != Other.PROJECTION_WITHOUT_BIAS);
            Value x = normalised("first", other == Other.ORDER_OF_SUMS ? tokens.add(projected) : projected.add(tokens));
            Value inner = linear("inner", x, hidden(), other != Other.INNER_WITHOUT_BIAS);
            Value hidden = other == Other.ACTIVATION ? inner.sigmoid() : inner.relu();
            Value outer = linear("outer", hidden, channels(), true);
            Value y = normalised("second", other == Other.ORDER_OF_SUMS ? outer.add(x) : x.add(outer));
            builder.output("all", y.cast(DataType.FLOAT32));
            if (other == Other.BETWEEN_TAKEN) {
                builder.output("between", x.cast(DataType.FLOAT32));
            }
            if (other == Other.HIDDEN_TAKEN) {
                builder.output("hidden", hidden.cast(DataType.FLOAT32));
            }
            if (other == Other.TWO_FOLLOW) {
                builder.output("another", linear("another", y, 32, true).cast(DataType.FLOAT32));
            }
            if (follows) {
                Value product = linear("following", y, following(), other != Other.FOLLOWING_WITHOUT_BIAS);
                int end = channels() + 2 * SAMPLES;
                builder.output("next", attention(product.slice(-1, 0, channels()), product.slice(-1, channels(), end),
                        product.slice(-1, end, end + SAMPLES)).cast(DataType.FLOAT32));
            }
            return builder.build();
        }

        private Value attention(Value values, Value offsets, Value logits) {
            return values.builder().add(new Operation.DeformableAttention(HEADS, 2, List.of(new Level(height, Dimension.of(3)))), values,
                    offsets, logits);
        }

        private Value linear(String name, Value x, int outputs, boolean isBiased) {
            int inputs = Math.toIntExact(x.shape().get(-1).size());
            GraphBuilder builder = x.builder();
            Value weights = builder.constant(name, numbers(name.hashCode(), outputs, inputs));
            Value own = other == Other.WEIGHTS_COMPUTED && name.equals("outer") ? weights.add(weights) : weights;
            if (!isBiased) {
                return builder.add(new Operation.Linear(), x, own);
            }
            Value bias = builder.constant(name + "/bias", numbers(1L + name.hashCode(), outputs));
            return builder.add(new Operation.Linear(), x, own,
                    other == Other.BIAS_COMPUTED && name.equals("outer") ? bias.add(bias) : bias);
        }

        private Value normalised(String name, Value x) {
            GraphBuilder builder = x.builder();
            return builder.within(name, () -> {
                Value scale = builder.constant("scale", numbers(name.hashCode(), channels()));
                return builder.add(new Operation.LayerNormalization(1e-5f), x, other == Other.SCALE_COMPUTED ? scale.add(scale) : scale,
                        builder.constant("shift", numbers(2L + name.hashCode(), channels())));
            });
        }

        Tensor numbers(long seed, long... sizes) {
            Tensor numbers = JoinChecks.numbers(seed, sizes);
            return type() == DataType.FLOAT16 ? Tensor.ofHalves(numbers.shape(), numbers.toFloats()) : numbers;
        }

        Map<String, Tensor> inputs(long pictures, long height) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put("tokens", numbers(1, pictures, 3 * height, channels()));
            inputs.put("values", numbers(2, pictures, 3 * height, channels()));
            inputs.put("offsets", numbers(3, pictures, 3 * height, 2 * SAMPLES));
            inputs.put("logits", numbers(4, pictures, 3 * height, SAMPLES));
            return inputs;
        }
    }

    private static Layer layer(Other other) {
        return new Layer(other, Dimension.of(2), Dimension.of(4));
    }

    private static Graph gathered(Graph graph) {
        return Verifier.verify(new RemoveUnused().apply(new GatherTokens(0).apply(graph).graph()).graph());
    }

    private static List<Node> tokens(Graph graph) {
        return graph.nodes().stream().filter(node -> KernelSteps.name(node).equals(KernelSteps.TOKENS)).toList();
    }

    private static List<String> operations(Graph graph) {
        return graph.nodes().stream().map(node -> node.operation().type()).toList();
    }

    private static void saysTheSame(Graph graph, Graph gathered, Map<String, Tensor> inputs) {
        Map<String, Tensor> expected = Interpreter.run(graph, inputs);
        Map<String, Tensor> actual = Interpreter.run(gathered, inputs);
        graph.outputs().forEach(output -> assertArrayEquals(Objects.requireNonNull(expected.get(output)).toFloats(),
                Objects.requireNonNull(actual.get(output)).toFloats(), output));
    }

    @ParameterizedTest
    @CsvSource({"NOTHING, true", "NOTHING, false", "ORDER_OF_SUMS, true"})
    void aLayerIsOneNode(Other other, boolean follows) {
        Layer layer = layer(other);
        Graph graph = layer.graph(follows);
        Graph gathered = gathered(graph);
        Node node = tokens(gathered).getFirst();
        assertEquals(1, tokens(gathered).size());
        assertEquals("second/tokens", node.name());
        assertEquals(follows ? 2 : 1, node.outputs().size());
        assertFalse(operations(gathered).contains("Linear"));
        assertFalse(gathered.initializers().containsKey("/inner"), gathered.initializers().keySet().toString());
        assertTrue(gathered.initializers().containsKey("/inner/inner"), gathered.initializers().keySet().toString());
        assertTrue(node.operation() instanceof Operation.Subgraph(Graph inner)
                && TokensProgram.of(inner).attended().equals(gathered.nodes().getFirst().output()));
        saysTheSame(graph, gathered, layer.inputs(2, 4));
    }

    @Test
    void sizesMayBeFree() {
        Layer layer = new Layer(Other.NOTHING, Dimension.symbol("n"), Dimension.symbol("h").times(2));
        Graph graph = layer.graph(true);
        Graph gathered = new GatherTokens(1000).apply(graph).graph();
        assertEquals(1, tokens(gathered).size());
        for (long pictures : new long[]{1, 3}) {
            saysTheSame(graph, gathered, layer.inputs(pictures, 2 * pictures));
        }
    }

    /// What the next layer takes are columns of what the kernel gives.
    @Test
    void theProductIsReadWhereItLies() {
        Graph gathered = gathered(layer(Other.NOTHING).graph(true));
        Set<Class<? extends Operation>> own = Set.of(Operation.DeformableAttention.class, Operation.Subgraph.class);
        Set<String> columns = Columns.of(gathered, own);
        assertEquals(3, columns.size(), gathered.nodes().toString());
        List<String> kernels = Partition
                .ofNodes(gathered, node -> own.contains(node.operation().getClass()) || columns.contains(node.name())).steps().stream()
                .flatMap(step -> step instanceof Partition.Step.Kernel kernel ? Optional.of(kernel.node()).stream()
                        : Optional.<Node>empty().stream())
                .map(KernelSteps::name).toList();
        assertEquals(List.of("DeformableAttention", "Tokens", "Slice", "Slice", "Slice", "DeformableAttention"), kernels);
    }

    /// The product then stays TensorRT's.
    @ParameterizedTest
    @EnumSource(names = {"FOLLOWING_WIDTH", "FOLLOWING_WITHOUT_BIAS", "TWO_FOLLOW"})
    void aProductThatTheKernelDoesNotMakeStaysOutside(Other other) {
        Layer layer = layer(other);
        Graph graph = layer.graph(true);
        Graph gathered = gathered(graph);
        assertEquals(1, tokens(gathered).getFirst().outputs().size());
        assertEquals(other == Other.TWO_FOLLOW ? 2 : 1, operations(gathered).stream().filter("Linear"::equals).count());
        saysTheSame(graph, gathered, layer.inputs(2, 4));
    }

    @ParameterizedTest
    @EnumSource(names = {"CHANNELS", "HIDDEN", "TYPE", "PROJECTION_WITHOUT_BIAS", "INNER_WITHOUT_BIAS", "WEIGHTS_COMPUTED", "BETWEEN_TAKEN",
            "HIDDEN_TAKEN", "ACTIVATION", "ATTENTION", "BIAS_COMPUTED", "SCALE_COMPUTED", "TOKENS_OF_ALL_PICTURES",
            "PROJECTION_OF_OTHER_WIDTH"})
    void leavesAloneWhatTheKernelDoesNotDo(Other other) {
        Graph graph = layer(other).graph(true);
        assertSame(graph, new GatherTokens(0).apply(graph).graph());
    }

    @Test
    void leavesFewTokensAlone() {
        Graph graph = layer(Other.NOTHING).graph(true);
        assertSame(graph, new GatherTokens(13).apply(graph).graph());
        assertEquals(1, tokens(new GatherTokens(12).apply(graph).graph()).size());
    }

    /// Two layers of one weight have one that is packed, and others keep theirs.
    @Test
    void constantsMayBeShared() {
        Layer layer = layer(Other.NOTHING);
        GraphBuilder builder = new GraphBuilder();
        Value tokens = layer.input(builder, "tokens", 64);
        Value offsets = layer.input(builder, "offsets", 2 * SAMPLES);
        Value logits = layer.input(builder, "logits", SAMPLES);
        Value values = layer.input(builder, "values", 64);
        Value square = builder.constant("square", layer.numbers(5, 64, 64));
        Value vector = builder.constant("vector", layer.numbers(6, 64));
        Value between = tokens;
        for (int i = 0; i < 2; i++) {
            Value projected = builder.add(new Operation.Linear(), layer.attention(values, offsets, logits), square, vector);
            Value x = builder.add(new Operation.LayerNormalization(1e-5f), projected.add(between), vector, vector);
            Value hidden = builder.add(new Operation.Linear(), x, square, vector).relu();
            Value outer = builder.add(new Operation.Linear(), hidden, square, vector);
            between = builder.add(new Operation.LayerNormalization(1e-5f), outer.add(x), vector, vector);
        }
        builder.output("y", between.matMul(square).cast(DataType.FLOAT32));
        Graph graph = builder.build();
        Graph gathered = gathered(graph);
        assertEquals(2, tokens(gathered).size());
        assertEquals(Set.of("/square", "/vector", "/square/projection", "/square/inner", "/square/outer"),
                gathered.initializers().keySet());
        saysTheSame(graph, gathered, layer.inputs(2, 4));
    }

    /// Damaged or of another version: what is not the kernel's is told from the graph.
    @Test
    void onlyWholeProgramsAreTheKernels() {
        Graph gathered = gathered(layer(Other.NOTHING).graph(true));
        assertTrue(tokens(gathered).getFirst().operation() instanceof Operation.Subgraph);
        Graph inner = ((Operation.Subgraph) tokens(gathered).getFirst().operation()).graph();
        assertTrue(TokensProgram.isFor(inner));
        List<Node> others = inner.nodes().stream().map(node -> node.operation() instanceof Operation.Transpose(List<Integer> permutation)
                ? new Node(node.name(), new Operation.Transpose(permutation.reversed()), node.inputs(), node.outputs())
                : node).toList();
        Graph damaged = new Graph(inner.inputs(), inner.outputs(), others, inner.initializers(), inner.types(), inner.metadata());
        refuses(damaged);
        refuses(new Graph(inner.inputs(), inner.outputs().reversed(), inner.nodes(), inner.initializers(), inner.types(),
                inner.metadata()));
        refuses(new Graph(inner.inputs(), inner.outputs().subList(0, 1), inner.nodes(), inner.initializers(), inner.types(),
                inner.metadata()));
        refuses(new Graph(inner.inputs(), List.of(), inner.nodes(), inner.initializers(), inner.types(), inner.metadata()));
        // The kernel reads as many rows of the tokens as of the sum, and of what attention gave as many channels as tokens have.
        refuses(withType(inner, inner.inputs().get(1), Shape.of(1, 12, 64)));
        refuses(withType(inner, inner.inputs().getFirst(), Shape.of(2, 12, 128)));
    }

    private static Graph withType(Graph graph, String value, Shape shape) {
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        types.put(value, new TensorType(DataType.FLOAT16, shape));
        return new Graph(graph.inputs(), graph.outputs(), graph.nodes(), graph.initializers(), types, graph.metadata());
    }

    private static void refuses(Graph graph) {
        String message = String.valueOf(assertThrows(EngineException.class, () -> TokensProgram.of(graph)).getMessage());
        assertTrue(message.contains("build it anew"), message);
    }

    @Test
    void theRestOfAPlanIsAsBefore() {
        Graph gathered = gathered(layer(Other.NOTHING).graph(true));
        assertEquals(Arrays.asList("DeformableAttention", "Subgraph", "Cast", "Slice", "Slice", "Slice", "DeformableAttention", "Cast"),
                operations(gathered));
    }
}
