package dev.maskforge.engine.tensorrt.prepare;

/// What computes what, settled for a device.
///
/// @param deformable         of deformable attention
/// @param attention          what computes attention of few queries
/// @param queries            what computes with a decoder's queries between two looks at the picture
/// @param groupNormalization what computes group normalisation
/// @param masks              what computes masks
/// @param tokens             what computes with an encoder's tokens between two deformable attentions
/// @param stem               what computes the stem of a ResNet
/// @param columns            whether kernels of ours read columns of merged products where they lie
/// @param labels             what makes labels
public record SettledForms(DeformableAttentionForm deformable, AttentionForm attention, QueriesForm queries,
        GroupNormalizationForm groupNormalization, MasksForm masks, TokensForm tokens, StemForm stem, boolean columns, LabelsForm labels) {}
