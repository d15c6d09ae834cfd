package dev.maskforge;

import dev.maskforge.kernels.Workers;
import dev.maskforge.models.Task;
import dev.maskforge.vision.PanopticInference.Pasting;
import dev.maskforge.vision.SemanticInference.Resampled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Each model gets the rules of its family, and of what it was trained for.
class InferenceTest {
    @ParameterizedTest
    @CsvSource({"maskformer-r50, SEMANTIC, CLASS_SCORES, MASKFORMER", "maskformer-r50, PANOPTIC, MASK_LOGITS, MASKFORMER",
            "mask2former-r50, SEMANTIC, CLASS_SCORES, MASK2FORMER", "mask2former-r50, PANOPTIC, MASK_LOGITS, MASK2FORMER",
            "mask2former-r50, INSTANCE, MASK_LOGITS, MASK2FORMER"})
    void rulesAreTheModels(String model, Task task, Resampled resampled, Pasting pasting) {
        try (ModelFile file = ModelFile.open(Original.checkpoint(model), ModelOptions.none().trainedFor(task))) {
            Inference inference = Inference.of(file, ThresholdOptions.none(), Workers.callerOnly());
            assertEquals(resampled, inference.semanticRules().resampled());
            assertEquals(pasting, inference.panopticRules().pasting());
        }
    }
}
