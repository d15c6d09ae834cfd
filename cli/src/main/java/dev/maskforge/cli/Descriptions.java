package dev.maskforge.cli;

import dev.maskforge.ModelFile;
import dev.maskforge.OnnxModelFile;
import dev.maskforge.PlanModelFile;
import dev.maskforge.SegmentationModel;
import dev.maskforge.models.MaskClassifier;
import java.nio.file.Path;

/// Models in a line, for people.
final class Descriptions {
    private Descriptions() {
    }

    /// Such as `MaskFormer, ResNet-101, 100 queries, 19 classes, semantic, cityscapes (official, published mIoU 78.5)`.
    static String of(SegmentationModel model) {
        return switch (model) {
            case ModelFile file -> of(file);
            case OnnxModelFile file -> of(file);
            case PlanModelFile plan -> of(plan);
        };
    }

    /// The words are the file's.
    private static String of(OnnxModelFile file) {
        return Line.of(file.architecture() + ", " + file.networkInWords()) + ", " + file.classes().size() + " classes, " + file.task()
                + ", "
                + file.dataset().name() + " (ONNX)";
    }

    /// The words are the file's.
    private static String of(PlanModelFile plan) {
        return Line.of(plan.architecture() + ", " + plan.networkInWords()) + ", " + plan.classes().size() + " classes, " + plan.task()
                + ", " + plan.dataset().name() + " (plan)";
    }

    /// That a picture's labels were made at another size, and what gives finer ones.
    static String ofResizedLabels(Path picture, SegmentationModel model) {
        return Line.of(picture) + ": its labels are those of the network's size, each pixel with the nearest; borders are finer from "
                + (model instanceof PlanModelFile ? "a plan built" : "a file converted") + " with '--output raw'";
    }

    static String of(ModelFile file) {
        return file.model().name() + ", " + ofNetwork(file) + ", " + file.dataset().name()
                + file.official().map(entry -> " (official, published " + entry.metric() + " " + entry.published() + ")").orElse("");
    }

    /// Such as `ResNet-101, 100 queries, 19 classes, semantic`.
    static String ofNetwork(ModelFile file) {
        MaskClassifier model = file.model();
        return model.backbone().name() + ", " + model.queries() + " queries, " + model.classes() + " classes, " + file.task();
    }
}
