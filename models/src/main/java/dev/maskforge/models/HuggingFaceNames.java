package dev.maskforge.models;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/// The names of Hugging Face's transformers, and what the running model of Detectron2 calls the same tensors.
///
/// The names in files are the same from the first version with these models to 5.24 (its convert_*_to_pytorch.py have the
/// same table the other way round). In memory, version 5 renames some, which only shows in a `torch.save` of its
/// `state_dict()`; these lines come last in each table.
final class HuggingFaceNames {
    private static final String PIXELS = "model.pixel_level_module.";
    private static final String PIXELS_OF_BASE = "pixel_level_module.";
    private static final String DECODER = "model.pixel_level_module.decoder.";
    /// The norm before classification, which no segmentation model applies.
    private static final Pattern NORM_OF_CLASSIFIER = Pattern.compile(
            "model\\.pixel_level_module\\.encoder\\.(model\\.|swin\\.)?layernorm\\.(weight|bias)");

    private static final NameTable RESNET = NameTable.of("model.pixel_level_module.encoder.", "backbone.", """
            embedder.embedder.convolution.*                          -> stem.conv1.*
            embedder.embedder.normalization.*                        -> stem.conv1.norm.*
            encoder.stages.{s}.layers.{b}.shortcut.convolution.*     -> res{s+2}.{b}.shortcut.*
            encoder.stages.{s}.layers.{b}.shortcut.normalization.*   -> res{s+2}.{b}.shortcut.norm.*
            encoder.stages.{s}.layers.{b}.layer.{c}.convolution.*    -> res{s+2}.{b}.conv{c+1}.*
            encoder.stages.{s}.layers.{b}.layer.{c}.normalization.*  -> res{s+2}.{b}.conv{c+1}.norm.*
            """);

    /// MaskFormer's has `model.` and counts norms from 0, Mask2Former's counts them from 1.
    private static final NameTable SWIN = NameTable.of("model.pixel_level_module.encoder.", "backbone.",
            """
                    [model.|swin.]embeddings.patch_embeddings.projection.*                          -> patch_embed.proj.*
                    [model.|swin.]embeddings.norm.*                                                 -> patch_embed.norm.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.layernorm_before.*                  -> layers.{s}.blocks.{b}.norm1.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.self.<query|key|value>.*  -> layers.{s}.blocks.{b}.attn.qkv.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.self.relative_position_*  -> layers.{s}.blocks.{b}.attn.relative_position_*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.output.dense.*            -> layers.{s}.blocks.{b}.attn.proj.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.layernorm_after.*                   -> layers.{s}.blocks.{b}.norm2.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.intermediate.dense.*                -> layers.{s}.blocks.{b}.mlp.fc1.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.output.dense.*                      -> layers.{s}.blocks.{b}.mlp.fc2.*
                    [model.|swin.]encoder.layers.{s}.downsample.reduction.*                         -> layers.{s}.downsample.reduction.*
                    [model.|swin.]encoder.layers.{s}.downsample.norm.*                              -> layers.{s}.downsample.norm.*
                    hidden_states_norms.{s}.*                                                       -> norm{s}.*
                    hidden_states_norms.stage{s}.*                                                  -> norm{s-1}.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.<q|k|v>_proj.*            -> layers.{s}.blocks.{b}.attn.qkv.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.relative_position_bias.*  -> layers.{s}.blocks.{b}.attn.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.attention.o_proj.*                  -> layers.{s}.blocks.{b}.attn.proj.*
                    [model.|swin.]encoder.layers.{s}.blocks.{b}.mlp.fc{n}.*                         -> layers.{s}.blocks.{b}.mlp.fc{n}.*
                    """);

    private static final NameTable MASKFORMER = NameTable.of(DECODER, "sem_seg_head.pixel_decoder.", """
            fpn.stem.0.*              -> layer_4.*
            fpn.stem.1.*              -> layer_4.norm.*
            fpn.layers.{l}.proj.0.*   -> adapter_{3-l}.*
            fpn.layers.{l}.proj.1.*   -> adapter_{3-l}.norm.*
            fpn.layers.{l}.block.0.*  -> layer_{3-l}.*
            fpn.layers.{l}.block.1.*  -> layer_{3-l}.norm.*
            mask_projection.*         -> mask_features.*
            """).and(NameTable.of("model.transformer_module.", "sem_seg_head.predictor.", """
            queries_embedder.*                            -> query_embed.*
            input_projection.*                            -> input_proj.*
            decoder.layers.{i}.self_attn.<q|k|v>_proj.*   -> transformer.decoder.layers.{i}.self_attn.in_proj_*
            decoder.layers.{i}.self_attn.out_proj.*       -> transformer.decoder.layers.{i}.self_attn.out_proj.*
            decoder.layers.{i}.self_attn_layer_norm.*     -> transformer.decoder.layers.{i}.norm1.*
            decoder.layers.{i}.encoder_attn.<q|k|v>_proj.* -> transformer.decoder.layers.{i}.multihead_attn.in_proj_*
            decoder.layers.{i}.encoder_attn.out_proj.*    -> transformer.decoder.layers.{i}.multihead_attn.out_proj.*
            decoder.layers.{i}.encoder_attn_layer_norm.*  -> transformer.decoder.layers.{i}.norm2.*
            decoder.layers.{i}.fc{n}.*                    -> transformer.decoder.layers.{i}.linear{n}.*
            decoder.layers.{i}.final_layer_norm.*         -> transformer.decoder.layers.{i}.norm3.*
            decoder.layernorm.*                           -> transformer.decoder.norm.*
            decoder.layers.{i}.self_attn.o_proj.*         -> transformer.decoder.layers.{i}.self_attn.out_proj.*
            decoder.layers.{i}.encoder_attn.o_proj.*      -> transformer.decoder.layers.{i}.multihead_attn.out_proj.*
            decoder.layers.{i}.mlp.fc{n}.*                -> transformer.decoder.layers.{i}.linear{n}.*
            """)).and(NameTable.of("", "sem_seg_head.predictor.", """
            class_predictor.*      -> class_embed.*
            mask_embedder.{i}.0.*  -> mask_embed.layers.{i}.*
            """));

    private static final NameTable MASK2FORMER = NameTable.of(DECODER, "sem_seg_head.pixel_decoder.", """
            input_projections.{l}.{n}.*                      -> input_proj.{l}.{n}.*
            level_embed                                      -> transformer.level_embed
            encoder.layers.{i}.self_attn.sampling_offsets.*  -> transformer.encoder.layers.{i}.self_attn.sampling_offsets.*
            encoder.layers.{i}.self_attn.attention_weights.* -> transformer.encoder.layers.{i}.self_attn.attention_weights.*
            encoder.layers.{i}.self_attn.value_proj.*        -> transformer.encoder.layers.{i}.self_attn.value_proj.*
            encoder.layers.{i}.self_attn.output_proj.*       -> transformer.encoder.layers.{i}.self_attn.output_proj.*
            encoder.layers.{i}.self_attn_layer_norm.*        -> transformer.encoder.layers.{i}.norm1.*
            encoder.layers.{i}.fc{n}.*                       -> transformer.encoder.layers.{i}.linear{n}.*
            encoder.layers.{i}.final_layer_norm.*            -> transformer.encoder.layers.{i}.norm2.*
            adapter_1.0.*                                    -> adapter_1.*
            adapter_1.1.*                                    -> adapter_1.norm.*
            layer_1.0.*                                      -> layer_1.*
            layer_1.1.*                                      -> layer_1.norm.*
            mask_projection.*                                -> mask_features.*
            """).and(NameTable.of("model.transformer_module.", "sem_seg_head.predictor.", """
            queries_features.*                               -> query_feat.*
            queries_embedder.*                               -> query_embed.*
            level_embed.*                                    -> level_embed.*
            input_projections.{l}.*                          -> input_proj.{l}.*
            decoder.layers.{i}.cross_attn.in_proj_*          -> transformer_cross_attention_layers.{i}.multihead_attn.in_proj_*
            decoder.layers.{i}.cross_attn.out_proj.*         -> transformer_cross_attention_layers.{i}.multihead_attn.out_proj.*
            decoder.layers.{i}.cross_attn_layer_norm.*       -> transformer_cross_attention_layers.{i}.norm.*
            decoder.layers.{i}.self_attn.<q|k|v>_proj.*      -> transformer_self_attention_layers.{i}.self_attn.in_proj_*
            decoder.layers.{i}.self_attn.out_proj.*          -> transformer_self_attention_layers.{i}.self_attn.out_proj.*
            decoder.layers.{i}.self_attn_layer_norm.*        -> transformer_self_attention_layers.{i}.norm.*
            decoder.layers.{i}.fc{n}.*                       -> transformer_ffn_layers.{i}.linear{n}.*
            decoder.layers.{i}.final_layer_norm.*            -> transformer_ffn_layers.{i}.norm.*
            decoder.layernorm.*                              -> decoder_norm.*
            decoder.mask_predictor.mask_embedder.{i}.0.*     -> mask_embed.layers.{i}.*
            """)).and(NameTable.of("", "sem_seg_head.predictor.", """
            class_predictor.*                                -> class_embed.*
            """));

    private HuggingFaceNames() {
    }

    /// By each name of the running model, the tensors that make it up, if these names are Hugging Face's.
    ///
    /// @param file what to call the checkpoint in messages
    /// @throws UnknownModelException if they are another model's of the same family, or two tensors stand for one
    static Optional<SequencedMap<String, List<String>>> inModel(String file, Set<String> keys) {
        if (keys.stream().anyMatch(key -> key.startsWith(PIXELS_OF_BASE))) {
            throw new UnknownModelException(file + " holds no model that can be built: it is a base model without the class predictor"
                    + " (MaskFormerModel, Mask2FormerModel); save the model for segmentation around it");
        }
        if (keys.stream().noneMatch(key -> key.startsWith(PIXELS))) {
            return Optional.empty();
        }
        if (keys.stream().anyMatch(key -> key.startsWith("model.task_encoder."))) {
            throw new UnknownModelException(file + " holds no model that can be built: it is a OneFormer, whose queries ask for a task;"
                    + " Maskforge reads Hugging Face's MaskFormer and Mask2Former");
        }
        boolean hasPyramid = keys.stream().anyMatch(key -> key.startsWith(DECODER + "fpn."));
        return Optional.of(RESNET.and(SWIN).and(hasPyramid ? MASKFORMER : MASK2FORMER).ours(file, keys));
    }

    /// Whether no model has a use for the tensor of this key.
    static boolean isUnused(String key) {
        return NORM_OF_CLASSIFIER.matcher(key).matches();
    }
}
