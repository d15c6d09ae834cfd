package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
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
import static org.junit.jupiter.api.Assertions.assertTrue;

class JoinSamplingInputsTest {
    private static final int TOKENS = 4 * 6 + 2 * 3;
    private static final int HEADS = 4;
    private static final int CHANNELS = 32;
    private static final int SAMPLES = HEADS * 2 * 2;

    /// A merged product, of which offsets and logits get a table each.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(2, TOKENS, 16)));
        Value product = builder.add(new Operation.Linear(), x,
                builder.constant("weight", numbers(1, CHANNELS + 3 * SAMPLES, 16)));
        Value value = product.slice(-1, 0, CHANNELS);
        Value offsets = product.slice(-1, CHANNELS, CHANNELS + 2 * SAMPLES)
                .add(builder.constant("offsets", numbers(2, TOKENS, 2 * SAMPLES)));
        Value logits = builder.constant("logits", numbers(3, TOKENS, SAMPLES))
                .add(product.slice(-1, CHANNELS + 2 * SAMPLES, CHANNELS + 3 * SAMPLES));
        List<Level> levels = List.of(new Level(Dimension.of(4), Dimension.of(6)), new Level(Dimension.of(2), Dimension.of(3)));
        Value sampled = builder.add(new Operation.DeformableAttention(HEADS, 2, levels), value, offsets, logits);
        // Outputs decide, and are float32.
        builder.output("projected", builder.add(new Operation.Linear(), sampled, builder.constant("projection", numbers(5, 8, CHANNELS))));
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
        Graph apart = graph();
        Graph joined = Verifier.verify(new JoinSamplingInputs().apply(apart).graph());
        Map<String, Tensor> inputs = Map.of("x", numbers(4, 2, TOKENS, 16));
        assertEquals(2, sums(apart));
        assertEquals(1, sums(joined));
        assertArrayEquals(projected(apart, inputs), projected(joined, inputs));
    }

    private static long sums(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Binary).count();
    }

    private static float[] projected(Graph graph, Map<String, Tensor> inputs) {
        return Objects.requireNonNull(Interpreter.run(graph, inputs).get("projected")).toFloats();
    }

    @Test
    void nothingIsCopiedForTheKernel() {
        Preparation preparation = new Preparation(true, Precision.FP16, DeformableAttentionForm.KERNEL, AttentionForm.KERNEL, true,
                LabelsForm.KERNEL, Ranges.none());
        Graph prepared = preparation.apply(graph());
        List<Partition.Step> steps = Partition.ofNodes(prepared, preparation.cuts(prepared)).steps();
        List<Operation> kernels = steps.stream().filter(Partition.Step.Kernel.class::isInstance).map(Partition.Step.Kernel.class::cast)
                .map(kernel -> kernel.node().operation()).toList();
        assertEquals(3, kernels.stream().filter(Operation.Slice.class::isInstance).count(), kernels.toString());
        assertTrue(kernels.getLast() instanceof Operation.DeformableAttention, kernels.toString());
        Partition.Step.Kernel last = (Partition.Step.Kernel) steps.stream().filter(Partition.Step.Kernel.class::isInstance).toList()
                .getLast();
        assertTrue(last.inputs().stream().allMatch(type -> type.dataType() == DataType.FLOAT16), last.inputs().toString());
    }
}
