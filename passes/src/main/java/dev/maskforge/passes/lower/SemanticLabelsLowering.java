package dev.maskforge.passes.lower;

import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Operation.SemanticLabels;
import dev.maskforge.graph.Value;

/// SemanticLabels(class logits, mask logits) -> Cast(ArgMax(scores)), where scores = SemanticInference(class logits, mask logits)
public final class SemanticLabelsLowering {
    private SemanticLabelsLowering() {
    }

    /// The operation that gives the scores, which may have to be lowered itself.
    public static SemanticInference scores(SemanticLabels labels) {
        return new SemanticInference(labels.height(), labels.width());
    }

    /// The labels of scores.
    ///
    /// @param scores `[N, K, height, width]`
    public static Value lower(Value scores) {
        return scores.argMax(1).cast(SemanticLabels.labelType(scores.size(1).size()));
    }
}
