package dev.maskforge.passes.lower;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Value;
import java.util.List;

/// SemanticInference(class logits, mask logits) -> MatMul(Softmax(class logits) without "no object", Sigmoid(Resize(mask logits)))
public final class SemanticInferenceLowering {
    private SemanticInferenceLowering() {
    }

    public static Value lower(SemanticInference inference, List<Value> inputs) {
        Value classLogits = inputs.getFirst();
        Dimension classes = classLogits.size(2).plus(-1);
        Value probabilities = classLogits.softmax(2).slice(2, Dimension.ZERO, classes).transpose(0, 2, 1); // [N, K, Q]
        Value masks = inputs.get(1).resize(Resize.Mode.BILINEAR, inference.height(), inference.width()).sigmoid();
        Dimension pixels = inference.height().times(inference.width());
        Value scores = probabilities.matMul(masks.reshape(masks.size(0), masks.size(1), pixels)); // [N, K, H·W]
        return scores.reshape(scores.size(0), classes, inference.height(), inference.width());
    }
}
