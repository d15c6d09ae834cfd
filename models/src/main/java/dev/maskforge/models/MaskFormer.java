package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layer;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Scope;
import dev.maskforge.models.layer.SinePositions;
import java.lang.foreign.Arena;
import java.util.List;

/// MaskFormer: "Per-Pixel Classification is Not All You Need for Semantic Segmentation" (2021).
///
/// A backbone, a feature pyramid that gives every pixel an embedding, and a DETR decoder that gives every query a class
/// and a mask embedding; a mask is the product of the two embeddings. Written after the modules in the Mask2Former
/// repository (pixel_decoder/fpn.py, transformer_decoder/maskformer_transformer_decoder.py), the names are the checkpoint's.
///
/// @param backbone       what the pyramid stands on
/// @param pyramid        channels of the feature pyramid
/// @param maskChannels   channels of the pixel and mask embeddings
/// @param hidden         channels of the queries
/// @param queries        their number Q
/// @param classes        K, without "no object"
/// @param decoderLayers  layers of the transformer decoder
/// @param feedForward    width of their feed-forward networks
/// @param heads          attention heads
public record MaskFormer(Backbone backbone, long pyramid, long maskChannels, long hidden, int queries, int classes, int decoderLayers,
        long feedForward, int heads) implements MaskClassifier {
    @Override
    public String name() {
        return "MaskFormer";
    }

    @Override
    public Prediction predict(Scope s, Value image) {
        List<Value> features = s.in("backbone", b -> backbone.features(b, image));
        return s.in("sem_seg_head", head -> {
            Value pixelEmbedding = head.in("pixel_decoder", decoder -> pixelDecoder(decoder, features));
            return head.in("predictor", predictor -> transformerDecoder(predictor, features.getLast(), pixelEmbedding));
        });
    }

    /// The pyramid, coarse to fine: `[N, maskChannels, H/4, W/4]` (section 3.3, "Pixel-level module").
    private Value pixelDecoder(Scope s, List<Value> features) {
        Value y = s.call("layer_4", smooth(), features.getLast());
        for (int level = 3; level >= 1; level--) {
            Value lateral = s.call("adapter_" + level, lateral(), features.get(level - 1));
            Value above = y.resize(Resize.Mode.NEAREST, lateral.size(2), lateral.size(3));
            y = s.call("layer_" + level, smooth(), lateral.add(above));
        }
        return s.call("mask_features", Layers.convolutionWithBias(maskChannels, 3), y);
    }

    private Layer smooth() {
        Layer convolution = Layers.normalised(Layers.convolution(pyramid, 3, 1), Layers::groupNormalisation);
        return (s, x) -> convolution.apply(s, x).relu();
    }

    private Layer lateral() {
        return Layers.normalised(Layers.convolution(pyramid, 1, 1), Layers::groupNormalisation);
    }

    /// DETR's decoder over the coarsest map, then the two heads on the last layer's queries (section 3.3, "Transformer
    /// module" and "Segmentation module"). Heads on earlier layers serve training only.
    private Prediction transformerDecoder(Scope s, Value coarsest, Value pixelEmbedding) {
        Value map = s.call("input_proj", Layers.convolutionWithBias(hidden, 1), coarsest);
        Value positions = SinePositions.tokens(s, map.size(2), map.size(3), hidden);
        Value memory = map.mapToTokens();
        Value keys = memory.add(positions);
        Value queryPositions = s.weight("query_embed.weight", queries, hidden);
        Value query = s.builder().constant("queries", Tensor.allocate(DataType.FLOAT32, Shape.of(1, queries, hidden), Arena.ofAuto()))
                .expand(memory.size(0), Dimension.of(queries), Dimension.of(hidden));
        for (int i = 0; i < decoderLayers; i++) {
            Value x = query;
            query = s.in("transformer.decoder.layers." + i, layer -> decoderLayer(layer, x, queryPositions, keys, memory));
        }
        query = s.call("transformer.decoder.norm", Layers::layerNormalisation, query);
        Value classLogits = s.call("class_embed", Layers.linear(classes + 1L), query);
        Value maskEmbedding = s.call("mask_embed", Layers.maskEmbedding(hidden, maskChannels), query);
        return new Prediction(classLogits, Prediction.masks(maskEmbedding, pixelEmbedding));
    }

    /// Self-attention, cross-attention, feed-forward network, each with its residual and normalised after it.
    private Value decoderLayer(Scope s, Value query, Value queryPositions, Value keys, Value memory) {
        Layers.MultiHeadAttention attention = Layers.multiHeadAttention(heads);
        Value placed = query.add(queryPositions);
        Value own = s.in("self_attn", a -> attention.apply(a, placed, placed, query));
        Value afterSelf = s.call("norm1", Layers::layerNormalisation, query.add(own));
        Value seen = s.in("multihead_attn", a -> attention.apply(a, afterSelf.add(queryPositions), keys, memory));
        Value afterCross = s.call("norm2", Layers::layerNormalisation, afterSelf.add(seen));
        return s.call("norm3", Layers::layerNormalisation, afterCross.add(Layers.feedForward(feedForward).apply(s, afterCross)));
    }
}
