package dev.maskforge;

import dev.maskforge.kernels.Workers;
import dev.maskforge.models.MaskFormer;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.InstanceInference;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.PanopticInference;
import dev.maskforge.vision.PanopticInference.Pasting;
import dev.maskforge.vision.QueryOutputs;
import dev.maskforge.vision.SemanticInference;
import dev.maskforge.vision.SemanticInference.Resampled;
import dev.maskforge.vision.Thresholds;

/// How a model's outputs become answers: the rules of its architecture and of what it was trained for.
record Inference(SegmentationModel model, Workers workers, SemanticInference semanticRules, PanopticInference panopticRules,
        InstanceInference instanceRules) {
    /// The original's rules for a model (`mask_former_model.py`, `maskformer_model.py`).
    ///
    /// @param options in place of the model's own thresholds
    static Inference of(SegmentationModel model, ThresholdOptions options, Workers workers) {
        Thresholds thresholds = options.over(switch (model) {
            case ModelFile file -> file.identity().thresholds();
            case StatedModelFile file -> file.stated().testing().thresholds();
        });
        Resampled resampled = switch (model) {
            case ModelFile file -> file.identity().resizesMasksFirst() ? Resampled.MASK_LOGITS : Resampled.CLASS_SCORES;
            case StatedModelFile file -> file.stated().network().resampled();
        };
        boolean isFirstGeneration = switch (model) {
            case ModelFile file -> file.model() instanceof MaskFormer;
            case StatedModelFile file -> file.stated().isFirstGeneration();
        };
        Pasting pasting = isFirstGeneration ? Pasting.MASKFORMER : Pasting.MASK2FORMER;
        return new Inference(model, workers, new SemanticInference(workers, resampled), new PanopticInference(workers, pasting, thresholds),
                new InstanceInference(workers, thresholds));
    }

    ClassList classes() {
        return model.classes();
    }

    SemanticInference semantic() {
        require(Task.SEMANTIC);
        return semanticRules;
    }

    PanopticInference panoptic() {
        require(Task.PANOPTIC);
        return panopticRules;
    }

    InstanceSegmentation instances(QueryOutputs outputs, int image, Geometry geometry) {
        require(Task.INSTANCE);
        return model.task() == Task.INSTANCE
                ? instanceRules.instances(outputs, image, geometry)
                : instanceRules.thingInstances(outputs, image, geometry, classes());
    }

    private void require(Task result) {
        if (!model.results().contains(result)) {
            throw new MaskforgeException(model.path() + " is a " + model.architecture() + " trained for " + model.task()
                    + " output and gives no " + result + " one; " + model.cureForTask());
        }
    }
}
