package dev.maskforge.models.layer;

import dev.maskforge.graph.Value;

/// DETR's encoder: tokens attend to each other, with positions in queries and keys. Its scope is the one above
/// `layers.0`. (Mask2Former's transformer_decoder/transformer.py.)
///
/// @param layers      their number, 0 or more
/// @param feedForward width of the feed-forward networks
/// @param heads       attention heads
/// @param residual    where layers normalise
public record TransformerEncoder(int layers, long feedForward, int heads, Residual residual) {
    /// `[N, L, C] -> [N, L, C]`, with positions `[L, C]`.
    public Value apply(Scope s, Value tokens, Value positions) {
        Value x = tokens;
        for (int i = 0; i < layers; i++) {
            x = s.call("layers", i, (layer, y) -> layer(layer, y, positions), x);
        }
        return residual == Residual.PRE_NORM ? s.call("norm", Layers::layerNormalisation, x) : x;
    }

    private Value layer(Scope s, Value tokens, Value positions) {
        Value attended = residual.apply(s, "norm1", tokens, x -> s.in("self_attn", a -> {
            Value placed = x.add(positions);
            return Layers.multiHeadAttention(heads).apply(a, placed, placed, x);
        }));
        return residual.apply(s, "norm2", attended, x -> Layers.feedForward(feedForward).apply(s, x));
    }
}
