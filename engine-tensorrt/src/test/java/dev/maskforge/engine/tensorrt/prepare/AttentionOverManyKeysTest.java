package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.OutputError;
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
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AttentionOverManyKeysTest {
    /// Sums of 2,048 weights in another order.
    private static final double TOLERANCE = 2e-6;

    @Test
    void isAttentionInAnotherOrder() {
        Graph whole = graph(7, 4 * AttentionOverManyKeys.PART);
        Graph cut = lowered(whole, AttentionForm.NETWORK);
        assertTrue(hasParts(cut));
        Map<String, Tensor> inputs = inputs(whole);
        OutputError error = Comparator.errors(Interpreter.run(whole, inputs), Interpreter.run(cut, inputs)).getFirst();
        System.out.println("attention over 2048 keys in 4 parts: " + error);
        assertTrue(error.relative() <= TOLERANCE, error.toString());
    }

    @Test
    void leavesFewOrOddNumbersOfKeysAlone() {
        assertFalse(hasParts(lowered(graph(7, 512), AttentionForm.NETWORK)));
        assertFalse(hasParts(lowered(graph(7, 4 * AttentionOverManyKeys.PART + 32), AttentionForm.NETWORK)));
    }

    @Test
    void aKernelTakesManyKeysIfItMay() {
        assertTrue(hasAttention(lowered(graph(7, 2048), AttentionForm.KERNEL)));
        assertFalse(hasAttention(lowered(graph(7, 512), AttentionForm.KERNEL)));
        assertTrue(hasAttention(lowered(graph(7, 512), AttentionForm.KERNEL_ALWAYS)));
        assertFalse(hasAttention(lowered(graph(7, 2048), AttentionForm.NETWORK)));
    }

    @Test
    void aKernelTakesQueriesAmongThemselvesIfItMayAlways() {
        assertTrue(hasAttention(lowered(graph(64, 64), AttentionForm.KERNEL_ALWAYS)));
        assertFalse(hasAttention(lowered(graph(64, 64), AttentionForm.KERNEL)));
    }

    @Test
    void aKernelTakesConstantsIfItMayAlways() {
        GraphBuilder builder = new GraphBuilder();
        Value query = builder.constant("query", Tensor.of(Shape.of(2, 7, 48), new float[2 * 7 * 48]));
        Value key = builder.input("key", type(2048, 48));
        builder.output("attended", builder.add(new Operation.Attention(3), query, key, key));
        Graph graph = builder.build();
        assertFalse(hasAttention(lowered(graph, AttentionForm.KERNEL)));
        assertTrue(hasAttention(lowered(graph, AttentionForm.KERNEL_ALWAYS)));
    }

    private static Graph lowered(Graph graph, AttentionForm form) {
        Graph lowered = new TensorRtLowering(DeformableAttentionForm.PLUGIN, form).apply(graph).graph();
        return Verifier.verify(lowered);
    }

    private static boolean hasParts(Graph graph) {
        return graph.nodes().stream().map(Node::operation).anyMatch(Operation.Reduce.class::isInstance);
    }

    private static boolean hasAttention(Graph graph) {
        return graph.nodes().stream().map(Node::operation).anyMatch(Operation.Attention.class::isInstance);
    }

    private static Graph graph(long queries, long keys) {
        GraphBuilder builder = new GraphBuilder();
        Value query = builder.input("query", type(queries, 48));
        Value key = builder.input("key", type(keys, 48));
        Value value = builder.input("value", type(keys, 48));
        Value blocked = builder.input("mask", type(queries, keys)).less(0);
        builder.output("attended", builder.add(new Operation.Attention(3), query, key, value, blocked));
        return builder.build();
    }

    private static TensorType type(long rows, long columns) {
        return new TensorType(DataType.FLOAT32, Shape.of(2, rows, columns));
    }

    private static Map<String, Tensor> inputs(Graph graph) {
        Random random = new Random(17);
        Map<String, Tensor> inputs = new HashMap<>();
        for (String name : graph.inputs()) {
            Shape shape = graph.type(name).shape();
            float[] elements = new float[Math.toIntExact(shape.elementCount())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian();
            }
            inputs.put(name, Tensor.of(shape, elements));
        }
        return inputs;
    }
}
