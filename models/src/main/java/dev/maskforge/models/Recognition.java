package dev.maskforge.models;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Residual;
import dev.maskforge.models.layer.TransformerEncoder;
import java.util.Map;
import java.util.Optional;

/// Tells from the names and shapes of a checkpoint's tensors which model it holds, and how wide and deep it is.
///
/// Keys do not tell the number of attention heads, nor whether Mask2Former normalises first. Where no configuration says
/// it, it is as in every official file: 8 heads, and normalisation last.
final class Recognition {
    private static final int HEADS = 8;
    private static final String PREDICTOR = "sem_seg_head.predictor.";
    private static final String PIXEL_DECODER = "sem_seg_head.pixel_decoder.";

    private final Keys keys;
    private final int heads;
    private final Optional<Boolean> normalisesFirst;

    private Recognition(Keys keys, ModelConfiguration.Network configured) {
        this.keys = keys;
        this.heads = configured.heads().orElse(HEADS);
        this.normalisesFirst = configured.normalisesFirst();
        if (heads < 1) {
            throw keys.unknown("its configuration says that it has " + heads + " attention heads");
        }
    }

    /// The model whose tensors these are.
    ///
    /// @param file       what to call the checkpoint in messages
    /// @param types      the types of its tensors by the names of the running model
    /// @param configured what a configuration says beside
    /// @throws UnknownModelException if no model has such tensors
    static MaskClassifier recognise(String file, Map<String, TensorType> types, ModelConfiguration.Network configured) {
        return new Recognition(new Keys(file, types), configured).model();
    }

    private MaskClassifier model() {
        boolean isMask2Former = keys.has(PREDICTOR + "transformer_cross_attention_layers.0.");
        boolean isMaskFormer = keys.has(PREDICTOR + "transformer.decoder.layers.0.");
        if (keys.has("sem_seg_head.") && !isMask2Former && !isMaskFormer) {
            throw keys.unknown("it is a per-pixel baseline, without queries");
        }
        if ((isMask2Former || isMaskFormer) && !keys.has(PREDICTOR + "class_embed.")) {
            throw keys
                    .unknown("it is a per-pixel baseline with a transformer decoder (PerPixelBaselinePlus), whose queries have no classes");
        }
        if (isMask2Former) {
            return mask2Former();
        }
        if (isMaskFormer) {
            return maskFormer();
        }
        if (keys.has("model.pixel_level_module.")) {
            throw keys.unknown("its names are Hugging Face's, but of another model");
        }
        throw keys.unknown("its tensors are called like none of them" + keys.example());
    }

    private MaskFormer maskFormer() {
        Shape queries = keys.matrix(PREDICTOR + "query_embed.weight");
        long hidden = attending(queries.get(1).size());
        // A stack that normalises first ends with a normalisation, be it without layers: so the keys tell after all.
        String encoder = PREDICTOR + "transformer.encoder.";
        Residual residual = residual(keys.has(encoder + "norm."));
        int encoderLayers = keys.repeatedOrNone(encoder + "layers.");
        String layer = PREDICTOR + "transformer.decoder.layers.";
        MaskFormer.Transformer transformer = new MaskFormer.Transformer(hidden, keys.has(PREDICTOR + "input_proj."),
                encoderLayers == 0 ? new TransformerEncoder(0, 0, heads, residual) : encoder(encoder, residual), keys.repeated(layer),
                keys.rows(layer + "0.linear1.weight"), heads, residual);
        return new MaskFormer(new BackboneRecognition(keys).backbone(), pyramid(), transformer, keys.count(queries.get(0).size()),
                classes());
    }

    private MaskFormer.PixelDecoder pyramid() {
        long channels = grouped(keys.rows(PIXEL_DECODER + "layer_4.weight"));
        String prefix = PIXEL_DECODER + "transformer.encoder.";
        Optional<TransformerEncoder> encoder = keys.has(prefix)
                ? Optional.of(encoder(prefix, residual(keys.has(prefix + "norm."))))
                : Optional.empty();
        if (encoder.isPresent()) {
            attending(channels);
        }
        return new MaskFormer.PixelDecoder(channels, keys.rows(PIXEL_DECODER + "mask_features.weight"), encoder);
    }

    private TransformerEncoder encoder(String prefix, Residual residual) {
        String layer = prefix + "layers.";
        return new TransformerEncoder(keys.repeated(layer), keys.rows(layer + "0.linear1.weight"), heads, residual);
    }

    private Mask2Former mask2Former() {
        Shape queries = keys.matrix(PREDICTOR + "query_embed.weight");
        long hidden = attending(queries.get(1).size());
        long channels = grouped(attending(keys.rows(PIXEL_DECODER + "input_proj.0.0.weight")));
        boolean projects = keys.has(PREDICTOR + "input_proj.");
        if (channels != hidden && !projects) {
            throw keys.unknown("its pixel decoder has " + channels + " channels and its queries " + hidden
                    + ", and no '" + PREDICTOR + "input_proj.…' leads from one to the other");
        }
        String layer = PREDICTOR + "transformer_ffn_layers.";
        Mask2Former.Decoder decoder = new Mask2Former.Decoder(hidden, projects, keys.repeated(layer),
                keys.rows(layer + "0.linear1.weight"), heads, residual(false));
        return new Mask2Former(new BackboneRecognition(keys).backbone(), channels, keys.rows(PIXEL_DECODER + "mask_features.weight"),
                deformableEncoder(), decoder, keys.count(queries.get(0).size()), classes());
    }

    private Mask2Former.Encoder deformableEncoder() {
        String levels = PIXEL_DECODER + "transformer.level_embed";
        if (keys.rows(levels) != Mask2Former.LEVELS) {
            throw keys.unknown("its pixel decoder has " + keys.rows(levels) + " levels, not " + Mask2Former.LEVELS);
        }
        String layer = PIXEL_DECODER + "transformer.encoder.layers.";
        long samples = keys.rows(layer + "0.self_attn.attention_weights.weight");
        long perPoint = (long) heads * Mask2Former.LEVELS;
        if (samples % perPoint != 0) {
            throw keys.unknown("its " + samples + " attention weights do not divide into " + heads + " heads and " + Mask2Former.LEVELS
                    + " levels");
        }
        return new Mask2Former.Encoder(keys.repeated(layer), keys.count(samples / perPoint), keys.rows(layer + "0.linear1.weight"), heads);
    }

    /// A configuration goes before what the keys show.
    private Residual residual(boolean shown) {
        return normalisesFirst.orElse(shown) ? Residual.PRE_NORM : Residual.POST_NORM;
    }

    private int classes() {
        int rows = (int) keys.rows(PREDICTOR + "class_embed.weight");
        if (rows < 2) {
            throw keys.unknown("it has no class beside 'no object'");
        }
        return rows - 1;
    }

    private long grouped(long channels) {
        if (channels % Layers.GROUPS != 0) {
            throw keys.unknown("the " + channels + " channels of its pixel decoder do not divide into " + Layers.GROUPS
                    + " groups to normalise");
        }
        return channels;
    }

    /// Channels that heads share, and that positions fill with sines and cosines of rows and columns.
    private long attending(long channels) {
        if (channels % 4 != 0) {
            throw keys.unknown("positions do not divide " + channels + " channels into sines and cosines of rows and columns");
        }
        return keys.divisible(channels, heads);
    }
}
