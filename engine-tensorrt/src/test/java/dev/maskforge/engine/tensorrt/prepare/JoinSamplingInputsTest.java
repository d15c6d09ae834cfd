package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.precision.Ranges;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.engine.tensorrt.prepare.JoinChecks.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;

class JoinSamplingInputsTest {
    private static final int TOKENS = 4 * 6 + 2 * 3;
    private static final int HEADS = 4;
    private static final int CHANNELS = 32;
    private static final int SAMPLES = HEADS * 2 * 2;

    /// A merged product, of which offsets and logits get a table each.
    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input(JoinChecks.INPUT, new TensorType(DataType.FLOAT32, Shape.of(2, TOKENS, 16)));
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
        builder.output(JoinChecks.OUTPUT,
                builder.add(new Operation.Linear(), sampled, builder.constant("projection", numbers(5, 8, CHANNELS))));
        return builder.build();
    }

    @Test
    void saysTheSameBitForBit() {
        JoinChecks.joinsASum(new JoinSamplingInputs(), graph(), 2, numbers(4, 2, TOKENS, 16));
    }

    /// Their sums are the kernel's, which reads the product and one table.
    @Test
    void nothingIsCopiedForTheKernel() {
        Preparation preparation = new Preparation(true, Precision.FP16,
                new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL,
                        QueriesForm.NETWORK, GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true,
                        LabelsForm.KERNEL),
                Ranges.none());
        List<Partition.Step.Kernel> steps = JoinChecks.kernels(preparation, graph());
        assertEquals(List.of(KernelSteps.DEFORMABLE_ATTENTION), steps.stream().map(step -> KernelSteps.name(step.node())).toList());
        assertEquals(List.of("float16[2, 30, 80]", "float16[30, 48]"),
                steps.getLast().inputs().stream().map(TensorType::toString).toList());
    }
}
