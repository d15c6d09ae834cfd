package dev.maskforge.passes.lower;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Value;
import java.util.List;

/// Attention(query, key, value, blocked) -> MatMul(Softmax(Where(blocked, -inf, MatMul(query / sqrt(d), keyᵀ))), value), head by head.
public final class AttentionLowering {
    private AttentionLowering() {
    }

    public static Value lower(Attention attention, List<Value> inputs) {
        Value query = inputs.getFirst();
        Dimension heads = Dimension.of(attention.heads());
        Dimension channels = Dimension.of(query.size(2).size() / attention.heads());
        float scale = (float) (1 / Math.sqrt((double) channels.size()));
        Value q = split(query.multiply(scale), heads, channels).transpose(0, 2, 1, 3); // [N, heads, L, d]
        Value k = split(inputs.get(1), heads, channels).transpose(0, 2, 3, 1); // [N, heads, d, S]
        Value v = split(inputs.get(2), heads, channels).transpose(0, 2, 1, 3); // [N, heads, S, d]
        Value scores = q.matMul(k); // [N, heads, L, S]
        if (inputs.size() == 4) {
            Value blocked = inputs.get(3);
            Value everyHead = blocked.reshape(blocked.size(0), Dimension.ONE, blocked.size(1), blocked.size(2));
            scores = query.builder().constant(Float.NEGATIVE_INFINITY, query.type().dataType()).where(everyHead, scores);
        }
        return scores.softmax(3).matMul(v).transpose(0, 2, 1, 3).reshape(query.shape());
    }

    private static Value split(Value x, Dimension heads, Dimension channels) {
        return x.reshape(x.size(0), x.size(1), heads, channels);
    }
}
