package dev.maskforge.models;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.layer.Layers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Tells from the names and shapes of a checkpoint's tensors which model it holds, and how wide and deep it is.
///
/// Keys do not tell the number of attention heads: it is 8, as in every official file.
final class Recognition {
    private static final int HEADS = 8;
    private static final String PREDICTOR = "sem_seg_head.predictor.";
    private static final String PIXEL_DECODER = "sem_seg_head.pixel_decoder.";
    private static final String CURE = "Maskforge reads MaskFormer and Mask2Former with a ResNet backbone from Detectron2's .pkl files";

    private final String file;
    private final Map<String, TensorType> types;
    private final NavigableSet<String> names;

    private Recognition(String file, Map<String, TensorType> types) {
        this.file = file;
        this.types = types;
        this.names = new TreeSet<>(types.keySet());
    }

    /// The model whose tensors these are.
    ///
    /// @param file  what to call the checkpoint in messages
    /// @param types the types of its tensors by the names of the running model
    /// @throws UnknownModelException if no model has such tensors
    static MaskClassifier recognise(String file, Map<String, TensorType> types) {
        return new Recognition(file, types).model();
    }

    private MaskClassifier model() {
        if (has(PREDICTOR + "transformer_cross_attention_layers.0.")) {
            return mask2Former();
        }
        if (has(PREDICTOR + "transformer.decoder.layers.0.")) {
            return maskFormer();
        }
        if (has("sem_seg_head.") && !has(PREDICTOR)) {
            throw unknown("it is a per-pixel baseline, without queries");
        }
        if (has("model.pixel_level_module.")) {
            throw unknown("its names are Hugging Face's, which are not read yet");
        }
        throw unknown("its tensors are called like none of them"
                + types.keySet().stream().findFirst().map(key -> " ('" + key + "', …)").orElse(""));
    }

    private MaskFormer maskFormer() {
        if (has(PIXEL_DECODER + "transformer.encoder.")) {
            throw unknown("its pixel decoder has a transformer encoder, which is not supported yet");
        }
        Shape queries = matrix(PREDICTOR + "query_embed.weight");
        String layer = PREDICTOR + "transformer.decoder.layers.";
        return new MaskFormer(backbone(), grouped(rows(PIXEL_DECODER + "layer_4.weight")), rows(PIXEL_DECODER + "mask_features.weight"),
                heads(queries.get(1).size()), count(queries.get(0).size()), classes(), repeated(layer), rows(layer + "0.linear1.weight"),
                HEADS);
    }

    private Mask2Former mask2Former() {
        Shape queries = matrix(PREDICTOR + "query_embed.weight");
        long channels = rows(PIXEL_DECODER + "input_proj.0.0.weight");
        if (has(PREDICTOR + "input_proj.")) {
            throw unknown("its transformer decoder projects its input, which no published model does");
        }
        if (channels != queries.get(1).size()) {
            throw unknown("its pixel decoder has " + channels + " channels and its queries " + queries.get(1));
        }
        String levels = PIXEL_DECODER + "transformer.level_embed";
        if (rows(levels) != Mask2Former.LEVELS) {
            throw unknown("its pixel decoder has " + rows(levels) + " levels, not " + Mask2Former.LEVELS);
        }
        String layer = PIXEL_DECODER + "transformer.encoder.layers.";
        long samples = rows(layer + "0.self_attn.attention_weights.weight");
        if (samples % (HEADS * Mask2Former.LEVELS) != 0) {
            throw unknown(
                    "its " + samples + " attention weights do not divide into " + HEADS + " heads and " + Mask2Former.LEVELS + " levels");
        }
        Mask2Former.Encoder encoder = new Mask2Former.Encoder(repeated(layer), count(samples / (HEADS * Mask2Former.LEVELS)),
                rows(layer + "0.linear1.weight"));
        return new Mask2Former(backbone(), grouped(heads(channels)), rows(PIXEL_DECODER + "mask_features.weight"), encoder,
                queries.get(1).size(),
                count(queries.get(0).size()), classes(), repeated(PREDICTOR + "transformer_ffn_layers."),
                rows(PREDICTOR + "transformer_ffn_layers.0.linear1.weight"), HEADS);
    }

    private Backbone backbone() {
        if (has("backbone.patch_embed.")) {
            throw unknown("its backbone is a Swin transformer, which is not supported yet");
        }
        if (has("backbone.stem.conv3.")) {
            throw unknown("its backbone is a ResNet with DeepLab's stem (R101c), which is not supported yet");
        }
        List<ResNet.Stage> stages = new ArrayList<>();
        for (int i = 2; i <= 5; i++) {
            String stage = "backbone.res" + i + ".";
            stages.add(new ResNet.Stage(repeated(stage), rows(stage + "0.conv1.weight"), rows(stage + "0.conv3.weight")));
        }
        return new ResNet(rows("backbone.stem.conv1.weight"), stages);
    }

    private int classes() {
        int rows = count(rows(PREDICTOR + "class_embed.weight"));
        if (rows < 2) {
            throw unknown("it has no class beside 'no object'");
        }
        return rows - 1;
    }

    private long grouped(long channels) {
        if (channels % Layers.GROUPS != 0) {
            throw unknown(
                    "the " + channels + " channels of its pixel decoder do not divide into " + Layers.GROUPS + " groups to normalise");
        }
        return channels;
    }

    private long heads(long channels) {
        if (channels % HEADS != 0) {
            throw unknown(channels + " channels do not divide into " + HEADS + " heads");
        }
        return channels;
    }

    /// How many of `prefix0.`, `prefix1.`, ... there are.
    private int repeated(String prefix) {
        int count = 0;
        while (has(prefix + count + ".")) {
            count++;
        }
        if (count == 0) {
            throw unknown("it has no '" + prefix + "0.…'");
        }
        Pattern numbered = Pattern.compile(Pattern.quote(prefix) + "(\\d+)\\..*");
        int found = count;
        types.keySet().stream().map(numbered::matcher).filter(matcher -> matcher.matches() && !matcher.group(1).matches("0|[1-9]\\d{0,3}")
                || matcher.matches() && Integer.parseInt(matcher.group(1)) >= found).findFirst().ifPresent(matcher -> {
                    throw unknown("it has '" + matcher.group() + "' but no '" + prefix + found + ".…'");
                });
        return count;
    }

    private long rows(String key) {
        Shape shape = shape(key);
        if (shape.rank() == 0) {
            throw unknown("'" + key + "' is a single number");
        }
        return shape.get(0).size();
    }

    private Shape matrix(String key) {
        Shape shape = shape(key);
        if (shape.rank() != 2) {
            throw unknown("'" + key + "' is " + shape + ", not a matrix");
        }
        return shape;
    }

    private Shape shape(String key) {
        TensorType type = types.get(key);
        if (type == null) {
            throw unknown("it has no '" + key + "'");
        }
        if (type.shape().dimensions().stream().anyMatch(dimension -> dimension.size() == 0)) {
            throw unknown("'" + key + "' " + type.shape() + " is empty");
        }
        return type.shape();
    }

    private int count(long size) {
        if (size > 100_000) {
            throw unknown("it counts " + size + " queries or classes");
        }
        return (int) size;
    }

    private boolean has(String prefix) {
        String first = names.ceiling(prefix);
        return first != null && first.startsWith(prefix);
    }

    private UnknownModelException unknown(String why) {
        return new UnknownModelException(file + " holds no model that can be built: " + why + "; " + CURE);
    }
}
