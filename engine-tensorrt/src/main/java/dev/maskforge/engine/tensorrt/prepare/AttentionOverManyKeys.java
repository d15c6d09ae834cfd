package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.List;

/// Attention(query, key, value, blocked) -> Softmax(Where(blocked, -inf, query·keyᵀ / sqrt(d))), cut along the keys into parts of
/// [#PART]; each part times its values; the sum over the parts.
///
/// TensorRT makes one kernel of an attention, with two blocks a head, each of which goes through all keys: 100 queries over
/// 8,192 keys keep 16 of an H100's 132 multiprocessors busy, for 187 us. Cut, it is not recognised, and every step of it fills
/// the device.
final class AttentionOverManyKeys {
    static final long PART = 512;
    /// Up to here one kernel is faster.
    private static final long MOST_QUERIES = 256;
    private static final long FEWEST_KEYS = 4 * PART;

    private AttentionOverManyKeys() {
    }

    /// Whether there are few queries, and keys for several parts.
    static boolean fits(Node node, List<Value> inputs) {
        Dimension queries = inputs.getFirst().size(1);
        Dimension keys = inputs.get(1).size(1);
        return node.operation() instanceof Attention && queries.isConstant() && keys.isConstant() && queries.size() <= MOST_QUERIES
                && keys.size() >= FEWEST_KEYS && keys.size() % PART == 0;
    }

    static Value lower(Attention attention, List<Value> inputs) {
        Value query = inputs.getFirst();
        Dimension heads = Dimension.of(attention.heads());
        Dimension channels = Dimension.of(query.size(2).size() / attention.heads());
        float scale = (float) (1 / Math.sqrt((double) channels.size()));
        Value q = split(query.multiply(scale), heads, channels).transpose(0, 2, 1, 3); // [N, heads, L, d]
        Value k = split(inputs.get(1), heads, channels).transpose(0, 2, 3, 1); // [N, heads, d, S]
        Value scores = q.matMul(k); // [N, heads, L, S]
        if (inputs.size() == 4) {
            Value blocked = inputs.get(3);
            Value everyHead = blocked.reshape(blocked.size(0), Dimension.ONE, blocked.size(1), blocked.size(2));
            scores = query.builder().constant(Float.NEGATIVE_INFINITY, query.type().dataType()).where(everyHead, scores);
        }
        Dimension part = Dimension.of(PART);
        Dimension parts = Dimension.of(inputs.get(1).size(1).size() / PART);
        Value weights = scores.softmax(3).reshape(new Shape(List.of(query.size(0), heads, query.size(1), parts, part)))
                .transpose(0, 1, 3, 2, 4); // [N, heads, parts, L, PART]
        Value v = inputs.get(2).reshape(new Shape(List.of(query.size(0), parts, part, heads, channels)))
                .transpose(0, 3, 1, 2, 4); // [N, heads, parts, PART, d]
        return weights.matMul(v).sum(2).reshape(query.size(0), heads, query.size(1), channels).transpose(0, 2, 1, 3)
                .reshape(query.shape());
    }

    private static Value split(Value x, Dimension heads, Dimension channels) {
        return x.reshape(x.size(0), x.size(1), heads, channels);
    }
}
