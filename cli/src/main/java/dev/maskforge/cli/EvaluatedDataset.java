package dev.maskforge.cli;

import dev.maskforge.Dataset;
import dev.maskforge.evaluation.Ade20kDataset;
import dev.maskforge.evaluation.CityscapesDataset;
import dev.maskforge.evaluation.CocoDataset;
import dev.maskforge.models.Task;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The datasets that can be evaluated on.
enum EvaluatedDataset {
    CITYSCAPES("val", Task.SEMANTIC),
    COCO("val2017", Task.PANOPTIC),
    ADE20K("validation", Task.SEMANTIC);

    private final String split;
    private final Task first;

    EvaluatedDataset(String split, Task first) {
        this.split = split;
        this.first = first;
    }

    static Optional<EvaluatedDataset> of(Dataset dataset) {
        return Arrays.stream(values()).filter(each -> each.toString().equals(dataset.name())).findFirst();
    }

    /// The split whose published scores people know.
    String split() {
        return split;
    }

    /// The metric of results of which nobody said what they are.
    Task firstMetric() {
        return first;
    }

    Set<Task> metrics() {
        return switch (this) {
            case CITYSCAPES -> EnumSet.allOf(Task.class);
            case COCO -> EnumSet.of(Task.PANOPTIC, Task.INSTANCE);
            case ADE20K -> EnumSet.of(Task.SEMANTIC);
        };
    }

    /// @param limit the most pictures
    /// @throws dev.maskforge.evaluation.EvaluationException if it is not there
    Evaluation open(Path root, String split, Set<Task> metrics, int limit) {
        return switch (this) {
            case CITYSCAPES -> new CityscapesEvaluation(CityscapesDataset.open(root, split).limitedTo(limit), metrics);
            case COCO -> new CocoEvaluation(CocoDataset.open(root, split), metrics, limit);
            case ADE20K -> new Ade20kEvaluation(Ade20kDataset.open(root, split).limitedTo(limit));
        };
    }

    /// As on the command line.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
