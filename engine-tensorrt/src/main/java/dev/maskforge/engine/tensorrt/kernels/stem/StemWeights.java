package dev.maskforge.engine.tensorrt.kernels.stem;

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
import java.util.Optional;

/// The order in which the kernel of a stem wants the weights `[64, 3, 7, 7]` of its convolution, of float16: for each half of the
/// channels, row of the filter and step of the matrix units what each lane of a warp has, of 8 columns of the filter with 4 channels
/// each, of which the last are zeros.
///
/// It is the weights with these zeros under another shape, with its axes in another order, and a graph that has them packed takes the
/// way back: Transpose, Reshape, and a Slice each for channels and columns.
public final class StemWeights {
    /// What the kernel takes.
    static final Shape NATURAL = Shape.of(64, 3, 7, 7);
    private static final long CHANNELS = 4;
    private static final long COLUMNS = 8;
    /// Packed: half of the output channels, row, step, tile; a lane's output channel: eights, element; a lane's factor: pair of columns,
    /// pair of channels; its register: columns; its element: channel. Before: output channel 32 half + 8 eights + 2 tile + element;
    /// channel 2 pair + element; row; column 4 step + 2 register + pair.
    private static final WeightOrder ORDER = new WeightOrder(Shape.of(2, 7, 2, 4, 4, 2, 2, 2, 2, 2), List.of(0, 4, 3, 5, 7, 9, 1, 2, 8, 6));
    /// Nodes that make weights of packed ones.
    static final int NODES = 4;

    private StemWeights() {
    }

    /// Weights in the kernel's order, under the shape that this has.
    ///
    /// @param weights `[64, 3, 7, 7]` of float16
    public static Tensor pack(Tensor weights) {
        return ORDER.pack(place -> element(weights, place));
    }

    /// @param place of `[64, 4, 7, 8]`
    private static short element(Tensor weights, long place) {
        long column = place % COLUMNS;
        long row = place / COLUMNS % NATURAL.get(2).size();
        long channel = place / (COLUMNS * NATURAL.get(2).size()) % CHANNELS;
        long output = place / (COLUMNS * NATURAL.get(2).size() * CHANNELS);
        if (column >= NATURAL.get(3).size() || channel >= NATURAL.get(1).size()) {
            return 0;
        }
        long from = ((output * NATURAL.get(1).size() + channel) * NATURAL.get(2).size() + row) * NATURAL.get(3).size() + column;
        return weights.memory().get(Tensor.INT16, 2 * from);
    }

    /// Nodes that make weights `[64, 3, 7, 7]` of packed ones.
    public static Value unpack(Value packed) {
        return packed.transpose(ORDER.natural().toArray(Integer[]::new))
                .reshape(Shape.of(NATURAL.get(0).size(), CHANNELS, NATURAL.get(2).size(), COLUMNS)).slice(1, 0, NATURAL.get(1).size())
                .slice(3, 0, NATURAL.get(3).size());
    }

    /// The packed weights, not computed, of which a graph makes weights `[64, 3, 7, 7]` like that, if it does.
    static Optional<String> packed(Graph graph, ValueUses uses, String weights) {
        return sliced(uses, weights, 3).flatMap(value -> sliced(uses, value, 1)).flatMap(value -> uses.giver(value, 1))
                .filter(node -> node.operation() instanceof Operation.Reshape).flatMap(node -> uses.giver(node.inputs().getFirst(), 1))
                .filter(node -> node.operation().equals(new Operation.Transpose(ORDER.natural()))).map(node -> node.inputs().getFirst())
                .filter(packed -> !uses.isGiven(packed) && graph.type(packed).equals(new TensorType(DataType.FLOAT16, ORDER.packed())));
    }

    private static Optional<String> sliced(ValueUses uses, String value, int axis) {
        Operation.Slice slice = new Operation.Slice(axis, Dimension.ZERO, NATURAL.get(axis));
        return uses.giver(value, 1).filter(node -> node.operation().equals(slice)).map((Node node) -> node.inputs().getFirst());
    }
}
