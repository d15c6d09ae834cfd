package dev.maskforge.evaluation;

import dev.maskforge.evaluation.CityscapesLabel.Category;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/// Scores of pixel-level semantic labelling of Cityscapes.
///
/// @param labels     by label; ignored ones are undefined
/// @param categories by category; [Category#VOID] is undefined
/// @param counts     pixels by true and predicted label id
public record CityscapesSemanticScores(Map<CityscapesLabel, Score> labels, Map<Category, Score> categories, ConfusionMatrix counts)
        implements
            Scores {
    /// How well a label or a category is found, each from 0 to 1, NaN where it is not defined.
    ///
    /// @param intersectionOverUnion IoU
    /// @param instanceWeighted      iIoU, only where there are objects
    public record Score(double intersectionOverUnion, double instanceWeighted) {
        static final Score UNDEFINED = new Score(Double.NaN, Double.NaN);
    }

    public CityscapesSemanticScores {
        labels = Collections.unmodifiableMap(new EnumMap<>(labels));
        categories = Collections.unmodifiableMap(new EnumMap<>(categories));
    }

    /// mIoU: the mean over labels that occur; NaN if none does.
    public double meanOfLabels() {
        return mean(labels.values(), Score::intersectionOverUnion);
    }

    /// The mean iIoU of labels.
    public double instanceWeightedMeanOfLabels() {
        return mean(labels.values(), Score::instanceWeighted);
    }

    /// The mean IoU of categories.
    public double meanOfCategories() {
        return mean(categories.values(), Score::intersectionOverUnion);
    }

    /// The mean iIoU of categories.
    public double instanceWeightedMeanOfCategories() {
        return mean(categories.values(), Score::instanceWeighted);
    }

    private static double mean(Collection<Score> scores, ToDoubleFunction<Score> which) {
        return scores.stream().mapToDouble(which).filter(score -> !Double.isNaN(score)).average().orElse(Double.NaN);
    }

    @Override
    public String officialName() {
        return "resultPixelLevelSemanticLabeling.json";
    }

    @Override
    public SequencedMap<String, Object> document() {
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("averageScoreCategories", meanOfCategories());
        document.put("averageScoreClasses", meanOfLabels());
        document.put("averageScoreInstCategories", instanceWeightedMeanOfCategories());
        document.put("averageScoreInstClasses", instanceWeightedMeanOfLabels());
        document.put("categoryInstScores", ofCategories(Score::instanceWeighted));
        document.put("categoryScores", ofCategories(Score::intersectionOverUnion));
        document.put("classInstScores", ofLabels(Score::instanceWeighted));
        document.put("classScores", ofLabels(Score::intersectionOverUnion));
        document.put("confMatrix", matrix());
        SequencedMap<String, Object> ids = new LinkedHashMap<>();
        SequencedMap<String, Object> priors = new LinkedHashMap<>();
        for (CityscapesLabel label : CityscapesLabel.all()) {
            ids.put(label.text(), label.id());
            priors.put(label.text(), (double) counts.truePixels(label.id()) / counts.pixels());
        }
        document.put("labels", ids);
        document.put("priors", priors);
        return document;
    }

    private SequencedMap<String, Object> ofLabels(ToDoubleFunction<Score> which) {
        SequencedMap<String, Object> scores = new LinkedHashMap<>();
        labels.forEach((label, score) -> scores.put(label.text(), which.applyAsDouble(score)));
        return scores;
    }

    private SequencedMap<String, Object> ofCategories(ToDoubleFunction<Score> which) {
        SequencedMap<String, Object> scores = new LinkedHashMap<>();
        categories.forEach((category, score) -> scores.put(category.text(), which.applyAsDouble(score)));
        return scores;
    }

    private List<List<Long>> matrix() {
        List<List<Long>> rows = new ArrayList<>();
        for (int truth = 0; truth < counts.classes(); truth++) {
            List<Long> row = new ArrayList<>();
            for (int predicted = 0; predicted < counts.classes(); predicted++) {
                row.add(counts.count(truth, predicted));
            }
            rows.add(row);
        }
        return rows;
    }
}
