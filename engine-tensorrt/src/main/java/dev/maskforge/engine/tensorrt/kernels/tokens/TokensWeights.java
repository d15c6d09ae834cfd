package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.engine.tensorrt.kernels.WeightOrder;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The orders in which the kernel of tokens wants the weights `[out, in]` of its products, of float16: step after step as it copies them
/// into shared memory, 64 rows (of in) or 64 columns (of out) each, and within a step in pieces of 8 channels of one column, as its
/// matrix units read them.
///
/// Channels of tokens, and columns of the following product, are numbered as the file says: within each 64, channel 16 b + 2 a + e has
/// the place 8 a + 2 b + e. So each order is the weights under another shape, with its axes in another order, and a graph that has them
/// packed takes the way back: Transpose, Reshape. Where the following product's columns are no whole steps, zeros make up the last; the
/// way back leaves them out by a Slice.
public enum TokensWeights {
    /// Of the projection of what attention gave: steps of rows, both sides channels.
    PROJECTION {
        // Packed: in / 64, a, out / 64, a, b, e of out, b, e of in
        @Override
        WeightOrder order(long outputs, long inputs) {
            return new WeightOrder(Shape.of(inputs / 64, 8, outputs / 64, 8, 4, 2, 4, 2), List.of(2, 4, 3, 5, 0, 6, 1, 7));
        }
    },
    /// Of the network's first product: steps of columns, which are as they are.
    INNER {
        // Packed: out / 64, in / 64, a of in, 64 of out, b, e of in
        @Override
        WeightOrder order(long outputs, long inputs) {
            return new WeightOrder(Shape.of(outputs / 64, inputs / 64, 8, 64, 4, 2), List.of(0, 3, 1, 4, 2, 5));
        }
    },
    /// Of its second product: steps of rows, which are as they are.
    OUTER {
        // Packed: in / 8, out / 64, a, b, e of out, 8 of in
        @Override
        WeightOrder order(long outputs, long inputs) {
            return new WeightOrder(Shape.of(inputs / 8, outputs / 64, 8, 4, 2, 8), List.of(1, 3, 2, 4, 0, 5));
        }
    },
    /// Of the next layer's product: steps of columns.
    FOLLOWING {
        // Packed: out / 64, in / 64, a of in, a, b, e of out, b, e of in
        @Override
        WeightOrder order(long outputs, long inputs) {
            return new WeightOrder(Shape.of(Math.ceilDiv(outputs, 64L), inputs / 64, 8, 8, 4, 2, 4, 2), List.of(0, 4, 3, 5, 1, 6, 2, 7));
        }
    };

    abstract WeightOrder order(long outputs, long inputs);

    /// Weights in the kernel's order, under the shape that this has.
    ///
    /// @param weights `[out, in]` of float16 whose sizes the kernel takes
    public Tensor pack(Tensor weights) {
        long outputs = weights.shape().get(0).size();
        long inputs = weights.shape().get(1).size();
        long given = outputs * inputs;
        return order(outputs, inputs).pack(place -> place < given ? weights.memory().get(Tensor.INT16, 2 * place) : 0);
    }

    /// Columns as they lie, those that are zeros among them.
    private long columns(long outputs, long inputs) {
        return order(outputs, inputs).packed().elementCount() / inputs;
    }

    /// Nodes that make weights `[out, in]` of packed ones.
    public Value unpack(Value packed, long outputs, long inputs) {
        long columns = columns(outputs, inputs);
        Value all = packed.transpose(order(outputs, inputs).natural().toArray(Integer[]::new)).reshape(Shape.of(columns, inputs));
        return columns == outputs ? all : all.slice(0, Dimension.ZERO, Dimension.of(outputs));
    }

    /// How many nodes that takes.
    int nodes(long outputs, long inputs) {
        return columns(outputs, inputs) == outputs ? 2 : 3;
    }

    /// The packed weights, not computed, of which a graph makes weights `[out, in]` like that, if it does.
    Optional<String> packed(Graph graph, ValueUses uses, String weights) {
        Shape shape = graph.type(weights).shape();
        if (shape.rank() != 2 || !shape.isConstant()) {
            return Optional.empty();
        }
        WeightOrder order = order(shape.get(0).size(), shape.get(1).size());
        return reshaped(graph, uses, weights).filter(node -> node.operation() instanceof Operation.Reshape)
                .flatMap(node -> uses.giver(node.inputs().getFirst(), Integer.MAX_VALUE))
                .filter(node -> node.operation().equals(new Operation.Transpose(order.natural()))).map(node -> node.inputs().getFirst())
                .filter(packed -> !uses.isGiven(packed) && graph.type(packed).equals(new TensorType(DataType.FLOAT16, order.packed())));
    }

    /// What gives weights, or those of which they are the first.
    private static Optional<Node> reshaped(Graph graph, ValueUses uses, String weights) {
        Dimension outputs = graph.type(weights).shape().get(0);
        return uses.giver(weights, Integer.MAX_VALUE)
                .flatMap(node -> node.operation().equals(new Operation.Slice(0, Dimension.ZERO, outputs))
                        ? uses.giver(node.inputs().getFirst(), Integer.MAX_VALUE)
                        : Optional.of(node));
    }

    /// Such as `projection`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
