package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layer;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Residual;
import dev.maskforge.models.layer.Scope;
import dev.maskforge.models.layer.SinePositions;
import dev.maskforge.models.layer.TransformerEncoder;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/// MaskFormer: "Per-Pixel Classification is Not All You Need for Semantic Segmentation" (2021).
///
/// A backbone, a feature pyramid that gives every pixel an embedding, and a DETR decoder that gives every query a class
/// and a mask embedding; a mask is the product of the two embeddings. Written after the modules in the Mask2Former
/// repository (pixel_decoder/fpn.py, transformer_decoder/maskformer_transformer_decoder.py), the names are the checkpoint's.
///
/// @param backbone     what the pyramid stands on
/// @param pixelDecoder the feature pyramid
/// @param transformer  what turns queries into classes and masks
/// @param queries      their number Q
/// @param classes      K, without "no object"
public record MaskFormer(Backbone backbone, PixelDecoder pixelDecoder, Transformer transformer, int queries,
        int classes) implements MaskClassifier {
    /// The feature pyramid.
    ///
    /// @param channels     of its maps
    /// @param maskChannels of the pixel and mask embeddings
    /// @param encoder      what the coarsest map goes through first (the panoptic models' `TransformerEncoderPixelDecoder`);
    ///                     its output is what the transformer decoder sees, too
    public record PixelDecoder(long channels, long maskChannels, Optional<TransformerEncoder> encoder) {}

    /// DETR's transformer.
    ///
    /// @param hidden        channels of the queries
    /// @param projectsInput whether a convolution gives the map that many channels; if not, it has them
    /// @param encoder       over the map; in all published models it has no layers
    /// @param layers        layers of the decoder
    /// @param feedForward   width of their feed-forward networks
    /// @param heads         attention heads
    /// @param residual      where they normalise
    public record Transformer(long hidden, boolean projectsInput, TransformerEncoder encoder, int layers, long feedForward, int heads,
            Residual residual) {}

    @Override
    public String name() {
        return "MaskFormer";
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
    /// @param coarsest  `[N, C, H/32, W/32]`, what the queries attend to
    /// @param embedding `[N, maskChannels, H/4, W/4]`
    private record Pixels(Value coarsest, Value embedding) {}

    /// The pyramid, coarse to fine (section 3.3, "Pixel-level module").
    private Pixels pixelDecoder(Scope s, List<Value> features) {
        Value coarsest = features.getLast();
        if (pixelDecoder.encoder().isPresent()) {
            coarsest = encode(s, pixelDecoder.encoder().get(), coarsest);
        }
        Value y = s.call("layer_4", smooth(), coarsest);
        for (int level = 3; level >= 1; level--) {
            Value lateral = s.call("adapter_" + level, lateral(), features.get(level - 1));
            Value above = y.resize(Resize.Mode.NEAREST, lateral.size(2), lateral.size(3));
            y = s.call("layer_" + level, smooth(), lateral.add(above));
        }
        return new Pixels(coarsest, s.call("mask_features", Layers.convolutionWithBias(pixelDecoder.maskChannels(), 3), y));
    }

    private Value encode(Scope s, TransformerEncoder encoder, Value coarsest) {
        Value map = s.call("input_proj", Layers.convolutionWithBias(pixelDecoder.channels(), 1), coarsest);
        Value positions = SinePositions.tokens(s, map.size(2), map.size(3), pixelDecoder.channels());
        return s.call("transformer.encoder", (e, tokens) -> encoder.apply(e, tokens, positions), map.mapToTokens())
                .tokensToMap(map.size(2), map.size(3));
    }

    private Layer smooth() {
        Layer convolution = Layers.normalised(Layers.convolution(pixelDecoder.channels(), 3, 1), Layers::groupNormalisation);
        return (s, x) -> convolution.apply(s, x).relu();
    }

    private Layer lateral() {
        return Layers.normalised(Layers.convolution(pixelDecoder.channels(), 1, 1), Layers::groupNormalisation);
    }

    /// DETR's decoder over the coarsest map, then the two heads on the last layer's queries (section 3.3, "Transformer
    /// module" and "Segmentation module"). Heads on earlier layers serve training only.
    private Prediction transformerDecoder(Scope s, Pixels pixels) {
        long hidden = transformer.hidden();
        Value map = transformer.projectsInput()
                ? s.call("input_proj", Layers.convolutionWithBias(hidden, 1), pixels.coarsest())
                : pixels.coarsest();
        Value positions = SinePositions.tokens(s, map.size(2), map.size(3), hidden);
        Value memory = s.call("transformer.encoder", (e, tokens) -> transformer.encoder().apply(e, tokens, positions), map.mapToTokens());
        Value keys = memory.add(positions);
        Value queryPositions = s.weight("query_embed.weight", queries, hidden);
        Value query = s.builder().constant("queries", Tensor.allocate(DataType.FLOAT32, Shape.of(1, queries, hidden), Arena.ofAuto()))
                .expand(memory.size(0), Dimension.of(queries), Dimension.of(hidden));
        for (int i = 0; i < transformer.layers(); i++) {
            query = s.call("transformer.decoder.layers", i, (layer, x) -> decoderLayer(layer, x, queryPositions, keys, memory), query);
        }
        query = s.call("transformer.decoder.norm", Layers::layerNormalisation, query);
        Value classLogits = s.call("class_embed", Layers.linear(classes + 1L), query);
        Value maskEmbedding = s.call("mask_embed", Layers.maskEmbedding(hidden, pixelDecoder.maskChannels()), query);
        return new Prediction(classLogits, Prediction.masks(maskEmbedding, pixels.embedding()));
    }

    /// Self-attention, cross-attention, feed-forward network, each with its residual and normalisation.
    private Value decoderLayer(Scope s, Value query, Value queryPositions, Value keys, Value memory) {
        Layers.MultiHeadAttention attention = Layers.multiHeadAttention(transformer.heads());
        Residual residual = transformer.residual();
        Value afterSelf = residual.apply(s, "norm1", query, x -> s.in("self_attn", a -> {
            Value placed = x.add(queryPositions);
            return attention.apply(a, placed, placed, x);
        }));
        Value afterCross = residual.apply(s, "norm2", afterSelf,
                x -> s.in("multihead_attn", a -> attention.apply(a, x.add(queryPositions), keys, memory)));
        return residual.apply(s, "norm3", afterCross, x -> Layers.feedForward(transformer.feedForward()).apply(s, x));
    }
}
