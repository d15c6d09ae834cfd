package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.precision.Ranges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What is handed to NVIDIA's plugin, computed here as the plugin documents it.
class DeformableAttentionByPluginTest {
    private static final int HEADS = 2;
    private static final int POINTS = 3;
    private static final int CHANNELS = 4;
    private static final Dimension SIZE = Dimension.symbol("h");

    private final Random random = new Random(3);

    /// Levels of 3x4 and, with a free height, 2·h x 7.
    private static Graph graph() {
        List<DeformableAttention.Level> levels = List.of(new DeformableAttention.Level(Dimension.of(3), Dimension.of(4)),
                new DeformableAttention.Level(SIZE.times(2), Dimension.of(7)));
        Dimension tokens = SIZE.times(14).plus(12);
        GraphBuilder builder = new GraphBuilder();
        Dimension batch = Dimension.symbol("n");
        long samples = (long) HEADS * levels.size() * POINTS;
        // Only a bare symbol tells its size.
        builder.input("h", new TensorType(DataType.FLOAT32, Shape.of(SIZE)));
        Value value = builder.input("value", floats(batch, tokens, HEADS * CHANNELS));
        Value offsets = builder.input("offsets", floats(batch, tokens, 2 * samples));
        Value logits = builder.input("logits", floats(batch, tokens, samples));
        builder.output("y", builder.within("layer", () -> builder.add(new DeformableAttention(HEADS, POINTS, levels), value, offsets,
                logits)));
        return builder.build();
    }

    private static TensorType floats(Dimension batch, Dimension tokens, long channels) {
        return new TensorType(DataType.FLOAT32, Shape.of(batch, tokens, Dimension.of(channels)));
    }

    private Map<String, Tensor> inputs(Graph graph, Map<String, Long> sizes) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (String name : graph.inputs()) {
            Shape shape = graph.type(name).shape().with(sizes);
            float[] elements = new float[Math.toIntExact(shape.elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) (2 * random.nextGaussian());
            }
            inputs.put(name, Tensor.of(shape, elements));
        }
        return inputs;
    }

    private static Graph prepared() {
        return new Preparation(false, Precision.FP32,
                new SettledForms(DeformableAttentionForm.PLUGIN, AttentionForm.NETWORK, QueriesForm.NETWORK, GroupNormalizationForm.NETWORK,
                        MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true, LabelsForm.NETWORK),
                Ranges.none())
                .apply(graph()).graph();
    }

    private static Node plugin(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Foreign).findFirst().orElseThrow();
    }

    @Test
    void thePluginGetsShapesAndStartsAsInt32() {
        Graph graph = prepared();
        assertFalse(graph.nodes().stream().anyMatch(node -> node.operation() instanceof DeformableAttention));
        assertEquals(List.of("float32[n, 14*h+12, 2, 4]", "int32[2, 2]", "int32[2]", "float32[n, 14*h+12, 2, 2, 3, 2]",
                "float32[n, 14*h+12, 2, 2, 3]"), plugin(graph).inputs().stream().map(name -> graph.type(name).toString()).toList());
    }

    @Test
    void whatThePluginDocumentsIsTheOperation() {
        Graph graph = prepared();
        Node plugin = plugin(graph);
        List<Node> before = graph.nodes().subList(0, graph.nodes().indexOf(plugin));
        Graph handed = new Graph(graph.inputs(), plugin.inputs(), before, graph.initializers(), graph.types(), graph.metadata());
        double largest = 0;
        for (Map<String, Long> sizes : List.of(Map.of("n", 1L, "h", 1L), Map.of("n", 2L, "h", 3L))) {
            Map<String, Tensor> inputs = inputs(graph, sizes);
            float[] expected = requireNonNull(Interpreter.run(graph(), inputs).get("y")).toFloats();
            SequencedMap<String, Tensor> given = Interpreter.run(handed, inputs);
            List<Tensor> arguments = new ArrayList<>();
            plugin.inputs().forEach(name -> arguments.add(requireNonNull(given.get(name))));
            float[] actual = sampled(arguments);
            double scale = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                scale = Math.max(scale, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
            }
            largest = Math.max(largest, difference / scale);
        }
        System.out.printf("plugin's inputs, sampled as documented: largest relative error %.1e%n", largest);
        // Positions go from pixels to shares of the map and back: 2^-23 of some ten pixels, times the slope.
        assertTrue(largest < 1e-5, "largest relative error " + largest);
    }

    private static float[] sampled(List<Tensor> arguments) {
        Tensor value = arguments.get(0);
        int batch = size(value, 0);
        int tokens = size(value, 1);
        float[] values = value.toFloats();
        int[] shapes = ints(arguments.get(1));
        int[] starts = ints(arguments.get(2));
        float[] locations = arguments.get(3).toFloats();
        float[] weights = arguments.get(4).toFloats();
        float[] result = new float[values.length];
        int sample = 0;
        for (int row = 0; row < batch * tokens * HEADS; row++) {
            int head = row % HEADS;
            int first = row / (HEADS * tokens) * tokens;
            for (int level = 0; level < starts.length; level++) {
                int height = shapes[2 * level];
                int width = shapes[2 * level + 1];
                for (int point = 0; point < POINTS; point++, sample++) {
                    double x = locations[2 * sample] * (double) width - 0.5;
                    double y = locations[2 * sample + 1] * (double) height - 0.5;
                    for (int corner = 0; corner < 4; corner++) {
                        int column = (int) Math.floor(x) + corner % 2;
                        int line = (int) Math.floor(y) + corner / 2;
                        if (column < 0 || line < 0 || column >= width || line >= height) {
                            continue;
                        }
                        double share = (1 - Math.abs(x - column)) * (1 - Math.abs(y - line)) * weights[sample];
                        int token = first + starts[level] + line * width + column;
                        for (int channel = 0; channel < CHANNELS; channel++) {
                            result[row * CHANNELS + channel] += (float) (share * values[(token * HEADS + head) * CHANNELS + channel]);
                        }
                    }
                }
            }
        }
        return result;
    }

    private static int size(Tensor tensor, int axis) {
        return Math.toIntExact(tensor.shape().get(axis).size());
    }

    private static int[] ints(Tensor tensor) {
        int[] elements = new int[Math.toIntExact(tensor.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = tensor.memory().getAtIndex(Tensor.INT32, i);
        }
        return elements;
    }
}
