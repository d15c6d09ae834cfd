package dev.maskforge;

import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelsWithMargins;
import dev.maskforge.vision.QueryOutputs;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// What one side of a comparison says of a picture.
///
/// @param labels  train ids; [#NO_CLASS] where a pixel has none
/// @param margins how sure it is, float32 `[height, width]`, if it says so
/// @param outputs what its network gave, by name; they last until the side answers again
record Answer(LabelMap labels, Optional<Tensor> margins, SequencedMap<String, Tensor> outputs) {
    /// The label of a pixel without a class, as label files have it.
    static final int NO_CLASS = 0xffff;
    static final String CLASS_LOGITS = "pred_logits";
    static final String MASK_LOGITS = "pred_masks";
    static final String SCORES = "scores";

    Answer {
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    }

    /// Of a network that gives logits.
    static Answer of(LabelsWithMargins labels, QueryOutputs queries) {
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put(CLASS_LOGITS, queries.classLogits());
        outputs.put(MASK_LOGITS, queries.maskLogits());
        return new Answer(labels.labels(), Optional.of(labels.margins()), outputs);
    }

    /// Of one that gives the scores of classes.
    static Answer ofScores(LabelsWithMargins labels, Tensor scores) {
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put(SCORES, scores);
        return new Answer(labels.labels(), Optional.of(labels.margins()), outputs);
    }

    /// Of one that gives labels alone.
    static Answer ofLabels(LabelMap labels) {
        return new Answer(labels, Optional.empty(), new LinkedHashMap<>());
    }
}
