package dev.maskforge.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Scores of semantic segmentation, as Detectron2's `SemSegEvaluator` has them, by which the published models were measured:
/// means are over the classes that occur in the truth.
///
/// @param classes names, by train id
public record SemanticScores(List<String> classes, ConfusionMatrix counts) implements Scores {
    public SemanticScores {
        classes = List.copyOf(classes);
        if (classes.size() != counts.classes()) {
            throw new IllegalArgumentException(classes.size() + " names for " + counts.classes() + " classes");
        }
    }

    /// IoU of a class, 0 to 1; NaN if it does not occur in the truth.
    public double intersectionOverUnion(int trainId) {
        return counts.truePixels(trainId) == 0 ? Double.NaN : counts.intersectionOverUnion(trainId).orElse(Double.NaN);
    }

    /// mIoU, 0 to 1.
    public double meanIntersectionOverUnion() {
        return mean(trainId -> OptionalDouble.of(intersectionOverUnion(trainId)));
    }

    /// mIoU as the scene parsing benchmark has it: over all classes, with 0 for those that do not occur in truth and
    /// prediction. The same if all occur in the truth, as in its validation set.
    public double benchmarkMean() {
        return trainIds().mapToDouble(trainId -> counts.intersectionOverUnion(trainId).orElse(0)).sum() / classes.size();
    }

    /// The mean accuracy of classes, 0 to 1.
    public double meanAccuracy() {
        return mean(counts::accuracy);
    }

    /// The share of pixels that got their class.
    public double pixelAccuracy() {
        return counts.pixelAccuracy().orElse(Double.NaN);
    }

    /// IoU, each class weighted by its share of pixels.
    public double frequencyWeightedIntersectionOverUnion() {
        return trainIds().filter(trainId -> counts.truePixels(trainId) > 0)
                .mapToDouble(trainId -> intersectionOverUnion(trainId) * counts.truePixels(trainId) / counts.pixels()).sum();
    }

    private double mean(IntFunction<OptionalDouble> score) {
        return trainIds().mapToDouble(trainId -> score.apply(trainId).orElse(Double.NaN)).filter(value -> !Double.isNaN(value)).average()
                .orElse(Double.NaN);
    }

    private IntStream trainIds() {
        return IntStream.range(0, classes.size());
    }

    @Override
    public String officialName() {
        return "sem_seg_evaluation.json";
    }

    /// In percent, as there.
    @Override
    public SequencedMap<String, Object> document() {
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("mIoU", 100 * meanIntersectionOverUnion());
        document.put("fwIoU", 100 * frequencyWeightedIntersectionOverUnion());
        trainIds().forEach(trainId -> document.put("IoU-" + classes.get(trainId), 100 * intersectionOverUnion(trainId)));
        document.put("mACC", 100 * meanAccuracy());
        document.put("pACC", 100 * pixelAccuracy());
        trainIds().forEach(trainId -> document.put("ACC-" + classes.get(trainId), 100 * counts.accuracy(trainId).orElse(Double.NaN)));
        return document;
    }
}
