package dev.maskforge.passes.lower;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;

/// DeformableAttention(value, offsets, logits) -> the sum over Concat(GridSample(value of a level, 2·locations - 1), ...)·weights,
/// the form of `ms_deform_attn_core_pytorch` in the original.
public final class DeformableAttentionByGridSample {
    private DeformableAttentionByGridSample() {
    }

    public static Value lower(DeformableAttention attention, List<Value> inputs) {
        Value value = inputs.getFirst();
        Dimension heads = Dimension.of(attention.heads());
        Dimension channels = Dimension.of(value.size(2).size() / attention.heads());
        SamplingPositions positions = new SamplingPositions(attention, inputs.get(1));
        List<Value> samples = new ArrayList<>();
        for (int i = 0; i < attention.levels().size(); i++) {
            DeformableAttention.Level level = attention.levels().get(i);
            Value map = SamplingPositions.tokens(attention, value, i).transpose(0, 2, 1).reshape(value.size(0).times(heads), channels,
                    level.height(), level.width());
            samples.add(map.gridSample(positions.locations(i).multiply(2).subtract(1))); // [N·heads, d, S, points]
        }
        Value weights = SamplingPositions.weights(attention, inputs.get(2));
        Value perSample = weights.reshape(weights.size(0), Dimension.ONE, weights.size(1), weights.size(2));
        Value attended = Value.concat(3, samples).multiply(perSample).sum(3); // [N·heads, d, S]
        return attended.reshape(value.size(0), value.size(2), value.size(1)).transpose(0, 2, 1);
    }
}
