package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.precision.Ranges;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class JoinPositionsTest {
    private static final int QUERIES = 5;
    private static final int CHANNELS = 32;

    /// A merged product, of which queries and keys get a table each.
    private static Graph graph(int tableRows) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(2, QUERIES, 16)));
        Value product = builder.add(new Operation.Linear(), x, builder.constant("weight", numbers(1, 4 * CHANNELS, 16)),
                builder.constant("bias", numbers(6, 4 * CHANNELS)));
        Value query = product.slice(-1, CHANNELS, 2 * CHANNELS).add(builder.constant("of queries", numbers(2, tableRows, CHANNELS)));
        Value key = builder.constant("of keys", numbers(3, tableRows, CHANNELS)).add(product.slice(-1, 2 * CHANNELS, 3 * CHANNELS));
        Value value = product.slice(-1, 3 * CHANNELS, 4 * CHANNELS);
        Value other = product.slice(-1, 0, CHANNELS);
        Value attended = builder.add(new Operation.Attention(2), query, key, value);
        // Outputs decide, and are float32.
        builder.output("projected",
                builder.add(new Operation.Linear(), attended.add(other), builder.constant("projection", numbers(5, 8, CHANNELS))));
        return builder.build();
    }

    private static Tensor numbers(long seed, long... sizes) {
        Random random = new Random(seed);
        Shape shape = Shape.of(sizes);
        float[] elements = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, elements);
    }

    @Test
    void saysTheSameBitForBit() {
        Graph apart = graph(QUERIES);
        Graph joined = Verifier.verify(new JoinPositions().apply(apart).graph());
        Map<String, Tensor> inputs = Map.of("x", numbers(4, 2, QUERIES, 16));
        assertEquals(3, sums(apart));
        assertEquals(2, sums(joined));
        assertArrayEquals(projected(apart, inputs), projected(joined, inputs));
    }

    /// One row for all queries is no table.
    @Test
    void leavesOtherSumsAlone() {
        Graph apart = graph(1);
        assertSame(apart, new JoinPositions().apply(apart).graph());
    }

    private static long sums(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Binary).count();
    }

    private static float[] projected(Graph graph, Map<String, Tensor> inputs) {
        return Objects.requireNonNull(Interpreter.run(graph, inputs).get("projected")).toFloats();
    }

    @Test
    void nothingIsCopiedForTheKernel() {
        Preparation preparation = new Preparation(true, Precision.FP16, DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS, true,
                LabelsForm.KERNEL, Ranges.none());
        Graph prepared = preparation.apply(graph(QUERIES));
        List<Operation> kernels = Partition.ofNodes(prepared, preparation.cuts(prepared)).steps().stream()
                .filter(Partition.Step.Kernel.class::isInstance).map(Partition.Step.Kernel.class::cast)
                .map(kernel -> kernel.node().operation()).toList();
        assertEquals(3, kernels.stream().filter(Operation.Slice.class::isInstance).count(), kernels.toString());
        assertTrue(kernels.getLast() instanceof Operation.Attention, kernels.toString());
    }
}
