package dev.maskforge.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// The names that published files use for the tensors of a running model.
///
/// Detectron2 renames keys on loading by a version number in the file; going by that number with keys that are already
/// renamed loses the pixel decoder silently. So only the keys that are there decide (facts of both repositories'
/// `_load_from_state_dict` methods).
final class CheckpointNames {
    private static final String HEAD = "sem_seg_head.";
    /// The largest models have a thousand.
    private static final int MOST_TENSORS = 20_000;
    private static final Set<String> PARTS_OF_HEAD = Set.of("pixel_decoder", "predictor");

    private CheckpointNames() {
    }

    /// By each name of the running model, the tensors that make it up, in whichever scheme they are named.
    ///
    /// @param file what to call the checkpoint in messages
    /// @throws UnknownModelException if two tensors stand for one, or there are more than any model has
    static SequencedMap<String, List<String>> inModel(String file, Set<String> keys) {
        if (keys.size() > MOST_TENSORS) {
            throw new UnknownModelException(file + " holds no model that can be built: it has " + keys.size()
                    + " tensors, over the limit of " + MOST_TENSORS + "; give the checkpoint of a MaskFormer or Mask2Former");
        }
        return HuggingFaceNames.inModel(file, keys).orElseGet(() -> {
            SequencedMap<String, List<String>> names = new LinkedHashMap<>();
            for (String key : keys) {
                List<String> other = names.putIfAbsent(inModel(key), List.of(key));
                if (other != null) {
                    throw new UnknownModelException(file + " holds one tensor under two names, '" + other.getFirst() + "' and '" + key
                            + "'; remove the one that is not meant");
                }
            }
            return names;
        });
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
    /// normalisation keep, the preprocessing that older files carry, and Swin's index of positions, which follows from the
    /// window.
    static boolean isOfNoUse(String key) {
        return key.startsWith("criterion.") || key.endsWith(".num_batches_tracked") || key.endsWith(".relative_position_index")
                || key.equals("pixel_mean") || key.equals("pixel_std") || HuggingFaceNames.isUnused(key);
    }
}
