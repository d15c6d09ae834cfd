package dev.maskforge.passes.lower;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;

/// DeformableAttention(value, offsets, logits) -> the sum over four Gathers a level, each corner of the bilinear sample times its
/// share and its weight; for runtimes that have no GridSample, or a wrong one.
///
/// With the corner k = clamp(floor(x), 0, W - 1) its share is max(0, 1 - |x - k|) and that of its neighbour
/// max(0, 1 - |x - k - 1|) where there is one: the same as bilinear sampling with zeros outside, without a branch and with
/// every index in range.
public final class DeformableAttentionByGather {
    private DeformableAttentionByGather() {
    }

    public static Value lower(DeformableAttention attention, List<Value> inputs) {
        Value value = inputs.getFirst();
        Dimension heads = Dimension.of(attention.heads());
        Dimension channels = Dimension.of(value.size(2).size() / attention.heads());
        SamplingPositions positions = new SamplingPositions(attention, inputs.get(1));
        List<Value> samples = new ArrayList<>();
        for (int i = 0; i < attention.levels().size(); i++) {
            Value tokens = SamplingPositions.tokens(attention, value, i); // [N, H·W, C]
            Value rows = tokens.reshape(tokens.size(0), tokens.size(1), heads, channels).transpose(0, 2, 1, 3)
                    .reshape(tokens.size(0).times(heads).times(tokens.size(1)), channels); // [N·heads·H·W, d]
            samples.add(bilinear(rows, positions, i, attention.levels().get(i))); // [N·heads, S, points, d]
        }
        Value weights = SamplingPositions.weights(attention, inputs.get(2));
        Value perSample = weights.reshape(weights.size(0), weights.size(1), weights.size(2), Dimension.ONE);
        Value attended = Value.concat(2, samples).multiply(perSample).sum(2); // [N·heads, S, d]
        return attended.reshape(value.size(0), heads, value.size(1), channels).transpose(0, 2, 1, 3).reshape(value.shape());
    }

    private static Value bilinear(Value rows, SamplingPositions positions, int index, DeformableAttention.Level level) {
        GraphBuilder builder = rows.builder();
        Value size = positions.size(level);
        Value last = size.subtract(1);
        Value pixel = positions.locations(index).multiply(size).subtract(0.5f); // [N·heads, S, points, 2]
        Value corner = pixel.floor().maximum(0).minimum(last);
        Value distance = pixel.subtract(corner);
        Value next = corner.add(1);
        Value share = share(distance);
        Value nextShare = share(distance.subtract(1)).multiply(next.lessOrSame(last).cast(DataType.FLOAT32));
        Value nextCorner = next.minimum(last);
        Value map = builder.range(pixel.size(0)).multiply(builder.size(level.tokens())).reshape(pixel.size(0), Dimension.ONE,
                Dimension.ONE);
        Value width = builder.size(level.width());
        Value left = whole(corner, 0);
        Value right = whole(nextCorner, 0);
        Value top = whole(corner, 1).multiply(width).add(map);
        Value bottom = whole(nextCorner, 1).multiply(width).add(map);
        return rows.gather(0, top.add(left)).multiply(part(share, 0).multiply(part(share, 1)))
                .add(rows.gather(0, top.add(right)).multiply(part(nextShare, 0).multiply(part(share, 1))))
                .add(rows.gather(0, bottom.add(left)).multiply(part(share, 0).multiply(part(nextShare, 1))))
                .add(rows.gather(0, bottom.add(right)).multiply(part(nextShare, 0).multiply(part(nextShare, 1))));
    }

    private static Value share(Value distance) {
        return distance.builder().constant(1f).subtract(distance.absolute()).maximum(0);
    }

    /// x (0) or y (1) of positions, `[N·heads, S, points, 1]`.
    private static Value part(Value positions, int xy) {
        return positions.slice(3, xy, xy + 1L);
    }

    /// x (0) or y (1) of corners as indices, `[N·heads, S, points]`.
    private static Value whole(Value corners, int xy) {
        return part(corners, xy).reshape(corners.size(0), corners.size(1), corners.size(2)).cast(DataType.INT64);
    }
}
