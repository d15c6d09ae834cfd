package dev.maskforge.models;

import java.util.Set;

/// The names that published files use for the tensors of a running model.
///
/// Detectron2 renames keys on loading by a version number in the file; going by that number with keys that are already
/// renamed loses the pixel decoder silently. So only the keys that are there decide (facts of both repositories'
/// `_load_from_state_dict` methods).
final class CheckpointNames {
    private static final String HEAD = "sem_seg_head.";
    private static final Set<String> PARTS_OF_HEAD = Set.of("pixel_decoder", "predictor");

    private CheckpointNames() {
    }

    /// `sem_seg_head.layer_4.weight` -> `sem_seg_head.pixel_decoder.layer_4.weight`, and
    /// `….predictor.static_query.weight` -> `….predictor.query_feat.weight`; the running model's own names stay.
    static String inModel(String key) {
        if (!key.startsWith(HEAD)) {
            return key;
        }
        String rest = key.substring(HEAD.length());
        int dot = rest.indexOf('.');
        String part = dot < 0 ? rest : rest.substring(0, dot);
        if (!PARTS_OF_HEAD.contains(part)) {
            return HEAD + "pixel_decoder." + rest;
        }
        return key.replace("predictor.static_query.", "predictor.query_feat.");
    }

    /// Whether inference has no use for the tensor of this key, in any model: what the loss and the training of batch
    /// normalisation keep, and the preprocessing that older files carry.
    static boolean isForTrainingOnly(String key) {
        return key.startsWith("criterion.") || key.endsWith(".num_batches_tracked") || key.equals("pixel_mean") || key.equals("pixel_std");
    }
}
