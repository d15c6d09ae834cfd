package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.precision.Ranges;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.maskforge.engine.tensorrt.prepare.JoinChecks.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

class JoinPositionsTest {
    private static final int QUERIES = 5;
    private static final int CHANNELS = 32;

    /// A merged product, of which queries and keys get a table each.
    private static Graph graph(int tableRows) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input(JoinChecks.INPUT, new TensorType(DataType.FLOAT32, Shape.of(2, QUERIES, 16)));
        Value product = builder.add(new Operation.Linear(), x, builder.constant("weight", numbers(1, 4 * CHANNELS, 16)),
                builder.constant("bias", numbers(6, 4 * CHANNELS)));
        Value query = product.slice(-1, CHANNELS, 2 * CHANNELS).add(builder.constant("of queries", numbers(2, tableRows, CHANNELS)));
        Value key = builder.constant("of keys", numbers(3, tableRows, CHANNELS)).add(product.slice(-1, 2 * CHANNELS, 3 * CHANNELS));
        Value value = product.slice(-1, 3 * CHANNELS, 4 * CHANNELS);
        Value other = product.slice(-1, 0, CHANNELS);
        Value attended = builder.add(new Operation.Attention(2), query, key, value);
        // Outputs decide, and are float32.
        builder.output(JoinChecks.OUTPUT,
                builder.add(new Operation.Linear(), attended.add(other), builder.constant("projection", numbers(5, 8, CHANNELS))));
        return builder.build();
    }

    @Test
    void saysTheSameBitForBit() {
        JoinChecks.joinsASum(new JoinPositions(), graph(QUERIES), 3, numbers(4, 2, QUERIES, 16));
    }

    /// One row for all queries is no table.
    @Test
    void leavesOtherSumsAlone() {
        Graph apart = graph(1);
        assertSame(apart, new JoinPositions().apply(apart).graph());
    }

    @Test
    void nothingIsCopiedForTheKernel() {
        Preparation preparation = new Preparation(true, Precision.FP16,
                new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL_ALWAYS, QueriesForm.NETWORK,
                        GroupNormalizationForm.NETWORK,
                        MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true, LabelsForm.KERNEL),
                Ranges.none());
        List<Operation> kernels = JoinChecks.operations(JoinChecks.kernels(preparation, graph(QUERIES)));
        assertEquals(3, kernels.stream().filter(Operation.Slice.class::isInstance).count(), kernels.toString());
        assertTrue(kernels.getLast() instanceof Operation.Attention, kernels.toString());
    }
}
