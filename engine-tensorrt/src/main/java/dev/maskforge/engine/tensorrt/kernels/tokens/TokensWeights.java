package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The orders in which the kernel of tokens wants the weights `[out, in]` of its products, of float16: step after step as it copies them
/// into shared memory, 32 rows (of in) or 32 columns (of out) each, and within a step in pieces of 8 channels of one column, as its
/// matrix units read them.
///
/// Channels of tokens are numbered as the file says: within each 64, channel 16 b + 2 a + e has the place 8 a + 2 b + e. Columns of the
/// following product likewise within each 32, where the channel is 8 b + 2 a + e. So each order is the weights under another shape, with
/// its axes in another order, and a graph that has them packed takes the way back: Transpose, Reshape.
public enum TokensWeights {
    /// Of the projection of what attention gave: steps of rows, both sides channels.
    PROJECTION {
        // Packed: in / 64, a, out / 64, a, b, e of out, b, e of in
        @Override
        Order order(long outputs, long inputs) {
            return new Order(Shape.of(inputs / 64, 8, outputs / 64, 8, 4, 2, 4, 2), List.of(2, 4, 3, 5, 0, 6, 1, 7));
        }
    },
    /// Of the network's first product: steps of columns, which are as they are.
    INNER {
        // Packed: out / 32, in / 64, a of in, 32 of out, b, e of in
        @Override
        Order order(long outputs, long inputs) {
            return new Order(Shape.of(outputs / 32, inputs / 64, 8, 32, 4, 2), List.of(0, 3, 1, 4, 2, 5));
        }
    },
    /// Of its second product: steps of rows, which are as they are.
    OUTER {
        // Packed: in / 8, out / 64, a, b, e of out, 8 of in
        @Override
        Order order(long outputs, long inputs) {
            return new Order(Shape.of(inputs / 8, outputs / 64, 8, 4, 2, 8), List.of(1, 3, 2, 4, 0, 5));
        }
    },
    /// Of the next layer's product: steps of columns.
    FOLLOWING {
        // Packed: out / 32, in / 64, a of in, a, b, e of out, b, e of in
        @Override
        Order order(long outputs, long inputs) {
            return new Order(Shape.of(outputs / 32, inputs / 64, 8, 4, 4, 2, 4, 2), List.of(0, 4, 3, 5, 1, 6, 2, 7));
        }
    };

    /// How weights lie.
    ///
    /// @param packed  their shape as they lie
    /// @param natural the axes of that in the order that makes `[out, in]` of them
    record Order(Shape packed, List<Integer> natural) {}

    abstract Order order(long outputs, long inputs);

    /// Weights in the kernel's order, under the shape that this has.
    ///
    /// @param weights `[out, in]` of float16 whose sizes the kernel takes
    public Tensor pack(Tensor weights) {
        long outputs = weights.shape().get(0).size();
        long inputs = weights.shape().get(1).size();
        Order order = order(outputs, inputs);
        long[] sizes = order.packed().sizes();
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int axis : order.natural().reversed()) {
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        int count = Math.toIntExact(outputs * inputs);
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.multiplyExact(count, DataType.FLOAT16.bytes())]);
        for (int to = 0; to < count; to++) {
            long from = 0;
            long rest = to;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                from += rest % sizes[axis] * strides[axis];
                rest /= sizes[axis];
            }
            memory.set(Tensor.INT16, 2L * to, weights.memory().get(Tensor.INT16, 2 * from));
        }
        return new Tensor(new TensorType(DataType.FLOAT16, order.packed()), memory);
    }

    /// Nodes that make weights `[out, in]` of packed ones.
    public Value unpack(Value packed, long outputs, long inputs) {
        Integer[] natural = order(outputs, inputs).natural().toArray(Integer[]::new);
        return packed.transpose(natural).reshape(Shape.of(outputs, inputs));
    }

    /// The packed weights, not computed, of which a graph makes weights `[out, in]` like that, if it does.
    Optional<String> packed(Graph graph, ValueUses uses, String weights) {
        Shape shape = graph.type(weights).shape();
        if (shape.rank() != 2 || !shape.isConstant()) {
            return Optional.empty();
        }
        Order order = order(shape.get(0).size(), shape.get(1).size());
        return uses.giver(weights, Integer.MAX_VALUE).filter(node -> node.operation() instanceof Operation.Reshape)
                .flatMap(node -> uses.giver(node.inputs().getFirst(), Integer.MAX_VALUE))
                .filter(node -> node.operation().equals(new Operation.Transpose(order.natural()))).map(node -> node.inputs().getFirst())
                .filter(packed -> !uses.isGiven(packed) && graph.type(packed).equals(new TensorType(DataType.FLOAT16, order.packed())));
    }

    /// Such as `projection`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
