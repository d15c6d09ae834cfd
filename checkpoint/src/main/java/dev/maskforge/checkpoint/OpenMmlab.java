package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleDictionary;
import java.util.List;
import java.util.Optional;

/// Tells checkpoints of OpenMMLab's mmdetection and mmsegmentation: their models of the same names have other layers.
final class OpenMmlab {
    /// Under `meta` in what `mmcv` and `mmengine` save.
    private static final List<String> VERSIONS = List.of("mmcv_version", "mmengine_version", "mmdet_version", "mmseg_version");
    /// Of `EncoderDecoder` in mmsegmentation, of `MaskFormer` in mmdetection.
    private static final List<String> HEADS = List.of("decode_head.", "panoptic_head.");

    private OpenMmlab() {
    }

    /// @param top     the whole checkpoint
    /// @param tensors the part of it that has the tensors
    /// @throws CheckpointException if it is such a checkpoint
    static void refuse(CheckpointFile file, PickleDictionary top, PickleDictionary tensors) {
        sign(top, tensors).ifPresent(sign -> {
            throw file.refusal("this is a checkpoint of mmdetection or mmsegmentation, for " + sign
                    + "; give one of the original MaskFormer or Mask2Former code, or of Hugging Face transformers");
        });
    }

    private static Optional<String> sign(PickleDictionary top, PickleDictionary tensors) {
        if (top.entries().get("meta") instanceof PickleDictionary meta) {
            Optional<String> version = VERSIONS.stream().filter(meta.entries()::containsKey).findFirst();
            if (version.isPresent()) {
                return version.map(name -> "its meta has a " + name);
            }
        }
        return HEADS.stream()
                .filter(head -> tensors.entries().keySet().stream()
                        .anyMatch(name -> name.startsWith(head) || name.startsWith("module." + head)))
                .findFirst().map(head -> "it has tensors of a " + head.substring(0, head.length() - 1));
    }
}
