package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layer;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Residual;
import dev.maskforge.models.layer.Scope;
import dev.maskforge.models.layer.SinePositions;
import java.util.ArrayList;
import java.util.List;

/// Mask2Former: "Masked-attention Mask Transformer for Universal Image Segmentation" (2022).
///
/// A backbone, a pixel decoder whose three coarse maps attend to each other deformably, and a transformer decoder in which
/// a query sees only the pixels of the mask that it predicted one layer before. Written after msdeformattn.py and
/// mask2former_transformer_decoder.py of the original; the names are those of the running model.
///
/// @param backbone     what the pixel decoder stands on
/// @param channels     channels of the pixel decoder
/// @param maskChannels channels of the pixel and mask embeddings
/// @param encoder      the deformable encoder in the pixel decoder
/// @param decoder      the transformer decoder
/// @param queries      their number Q
/// @param classes      K, without "no object"
public record Mask2Former(Backbone backbone, long channels, long maskChannels, Encoder encoder, Decoder decoder, int queries,
        int classes) implements MaskClassifier {
    /// The levels that attend: strides 32, 16 and 8, in this order.
    static final int LEVELS = 3;
    /// A mask is foreground from this probability on (section 3.2.1).
    private static final float FOREGROUND = 0.5f;

    /// The multi-scale deformable attention encoder of "Deformable DETR".
    ///
    /// @param layers      their number
    /// @param points      sampling points a level and head
    /// @param feedForward width of the feed-forward networks
    /// @param heads       attention heads
    public record Encoder(int layers, int points, long feedForward, int heads) {}

    /// The transformer decoder with masked attention.
    ///
    /// @param hidden        channels of the queries
    /// @param projectsInput whether convolutions give the levels that many channels; if not, they have them
    /// @param layers        their number
    /// @param feedForward   width of the feed-forward networks
    /// @param heads         attention heads
    /// @param residual      where layers normalise
    public record Decoder(long hidden, boolean projectsInput, int layers, long feedForward, int heads, Residual residual) {}

    @Override
    public String name() {
        return "Mask2Former";
    }

    @Override
    public Prediction predict(Scope s, Value image) {
        List<Value> features = s.in("backbone", b -> backbone.features(b, image));
        return s.in("sem_seg_head", head -> {
            Pixels pixels = head.in("pixel_decoder", decoder -> pixelDecoder(decoder, features));
            return head.in("predictor", predictor -> transformerDecoder(predictor, pixels));
        });
    }

    /// What the pixel decoder gives.
    ///
    /// @param levels    `[N, channels, h, w]` at strides 32, 16, 8
    /// @param embedding `[N, maskChannels, H/4, W/4]`
    private record Pixels(List<Value> levels, Value embedding) {}

    /// Section 3.2 with section 3.2.2's multi-scale features: the encoder over strides 32, 16, 8, then one step of a
    /// feature pyramid down to stride 4.
    private Pixels pixelDecoder(Scope s, List<Value> features) {
        List<Value> projected = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            projected.add(s.call("input_proj", level, this::inputProjection, features.get(LEVELS - level)));
        }
        List<Value> levels = s.in("transformer", t -> encode(t, projected));
        Value finest = features.getFirst();
        Value lateral = s.call("adapter_1", Layers.normalised(Layers.convolution(channels, 1, 1), Layers::groupNormalisation), finest);
        Value above = levels.getLast().resize(Resize.Mode.BILINEAR, finest.size(2), finest.size(3));
        Layer smooth = Layers.normalised(Layers.convolution(channels, 3, 1), Layers::groupNormalisation);
        Value pyramid = s.call("layer_1", smooth, lateral.add(above)).relu();
        return new Pixels(levels, s.call("mask_features", Layers.convolutionWithBias(maskChannels, 1), pyramid));
    }

    private Value inputProjection(Scope s, Value x) {
        return s.call("1", Layers::groupNormalisation, s.call("0", Layers.convolutionWithBias(channels, 1), x));
    }

    /// All levels as one sequence of tokens, S = Σ h·w, through the encoder and back into maps.
    private List<Value> encode(Scope s, List<Value> maps) {
        Value levelEmbedding = s.weight("level_embed", LEVELS, channels);
        List<Value> positions = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            Value map = maps.get(level);
            positions.add(SinePositions.tokens(s, map.size(2), map.size(3), channels).add(levelEmbedding.slice(0, level, level + 1L)));
        }
        Value allPositions = Value.concat(0, positions); // [S, C]
        Value tokens = Value.concat(1, maps.stream().map(Value::mapToTokens).toList()); // [N, S, C]
        List<DeformableAttention.Level> levels = maps.stream().map(map -> new DeformableAttention.Level(map.size(2), map.size(3))).toList();
        for (int i = 0; i < encoder.layers(); i++) {
            Value x = tokens;
            tokens = s.in("encoder.layers." + i, layer -> encoderLayer(layer, x, allPositions, levels));
        }
        List<Value> encoded = new ArrayList<>();
        Dimension start = Dimension.ZERO;
        for (DeformableAttention.Level level : levels) {
            Dimension end = start.plus(level.tokens());
            encoded.add(tokens.slice(1, start, end).tokensToMap(level.height(), level.width()));
            start = end;
        }
        return encoded;
    }

    /// Deformable self-attention and feed-forward network, each with its residual and normalised after it.
    private Value encoderLayer(Scope s, Value tokens, Value positions, List<DeformableAttention.Level> levels) {
        Value attended = s.in("self_attn", a -> {
            long samples = (long) encoder.heads() * LEVELS * encoder.points();
            Value placed = tokens.add(positions);
            Value value = a.call("value_proj", Layers.linear(channels), tokens);
            Value offsets = a.call("sampling_offsets", Layers.linear(2 * samples), placed);
            Value logits = a.call("attention_weights", Layers.linear(samples), placed);
            Value sampled = a.builder().add(new DeformableAttention(encoder.heads(), encoder.points(), levels), value, offsets, logits);
            return a.call("output_proj", Layers.linear(channels), sampled);
        });
        Value x = s.call("norm1", Layers::layerNormalisation, tokens.add(attended));
        return s.call("norm2", Layers::layerNormalisation, x.add(Layers.feedForward(encoder.feedForward()).apply(s, x)));
    }

    /// Section 3.2: learnable query features go through the layers, which take the levels in turn, coarse to fine.
    private Prediction transformerDecoder(Scope s, Pixels pixels) {
        long hidden = decoder.hidden();
        Value levelEmbedding = s.weight("level_embed.weight", LEVELS, hidden);
        List<Value> memories = new ArrayList<>();
        List<Value> keys = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            Value coarse = pixels.levels().get(level);
            Value map = decoder.projectsInput() ? s.call("input_proj", level, Layers.convolutionWithBias(hidden, 1), coarse) : coarse;
            Value memory = map.mapToTokens().add(levelEmbedding.slice(0, level, level + 1L)); // [N, h·w, C]
            memories.add(memory);
            keys.add(memory.add(SinePositions.tokens(s, map.size(2), map.size(3), hidden)));
        }
        Value queryPositions = s.weight("query_embed.weight", queries, hidden);
        Value query = s.weight("query_feat.weight", queries, hidden).reshape(Dimension.ONE, Dimension.of(queries), Dimension.of(hidden))
                .expand(memories.getFirst().size(0), Dimension.of(queries), Dimension.of(hidden));
        for (int i = 0; i < decoder.layers(); i++) {
            int level = i % LEVELS;
            Value masks = masks(s, normalised(s, query), pixels);
            Value blocked = blockedPixels(masks, pixels.levels().get(level));
            query = decoderLayer(s, i, query, queryPositions, keys.get(level), memories.get(level), blocked);
        }
        Value last = normalised(s, query);
        return new Prediction(s.call("class_embed", Layers.linear(classes + 1L), last), masks(s, last, pixels));
    }

    /// The mask head that all layers share: `[N, Q, H/4, W/4]`.
    private Value masks(Scope s, Value normalised, Pixels pixels) {
        return Prediction.masks(s.call("mask_embed", Layers.maskEmbedding(decoder.hidden(), maskChannels), normalised), pixels.embedding());
    }

    private static Value normalised(Scope s, Value query) {
        return s.call("decoder_norm", Layers::layerNormalisation, query);
    }

    /// Equation 2: the keys that a query must not see, bool `[N, Q, h·w]`: those outside its mask at the level's size.
    ///
    /// A query whose mask is empty sees everything. The original writes this as an indexed assignment,
    /// `mask[where(mask.sum(-1) == mask.shape[-1])] = False`, which cannot be exported; it is `mask AND NOT all(mask)`.
    private static Value blockedPixels(Value masks, Value level) {
        Value probability = masks.resize(Resize.Mode.BILINEAR, level.size(2), level.size(3)).sigmoid();
        Value outside = probability.less(FOREGROUND).reshape(masks.size(0), masks.size(1), level.size(2).times(level.size(3)));
        Value someInside = outside.cast(DataType.FLOAT32).minimumAlong(2).less(0.5f);
        return outside.and(someInside);
    }

    /// Section 3.2.1: masked cross-attention comes first, then self-attention, then the feed-forward network.
    private Value decoderLayer(Scope s, int i, Value query, Value queryPositions, Value keys, Value memory, Value blocked) {
        Layers.MultiHeadAttention attention = Layers.multiHeadAttention(decoder.heads());
        Residual residual = decoder.residual();
        Value afterCross = s.in("transformer_cross_attention_layers." + i, layer -> residual.apply(layer, "norm", query,
                x -> layer.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory, blocked))));
        Value afterSelf = s.in("transformer_self_attention_layers." + i,
                layer -> residual.apply(layer, "norm", afterCross, x -> layer.in("self_attn", a -> {
                    Value placed = x.add(queryPositions);
                    return attention.apply(a, placed, placed, x);
                })));
        return s.in("transformer_ffn_layers." + i, layer -> residual.apply(layer, "norm", afterSelf,
                x -> Layers.feedForward(decoder.feedForward()).apply(layer, x)));
    }
}
