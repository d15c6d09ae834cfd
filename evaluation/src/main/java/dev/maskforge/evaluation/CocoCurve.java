package dev.maskforge.evaluation;

import dev.maskforge.evaluation.CocoPicture.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Precision over recall of a category, for each threshold of overlap.
///
/// @param precisions by threshold, the mean precision at recalls 0, 0.01 to 1
/// @param recalls    by threshold, the largest recall
record CocoCurve(List<Double> precisions, List<Double> recalls) {
    private static final int RECALLS = 101;
    private static final double NO_ZERO = Math.ulp(1.0);

    private record Finding(double score, Outcome outcome) {}

    /// The curve over pictures; none if no object counts.
    static Optional<CocoCurve> of(List<CocoPicture> pictures) {
        int positives = pictures.stream().mapToInt(CocoPicture::positives).sum();
        if (positives == 0) {
            return Optional.empty();
        }
        List<Double> precisions = new ArrayList<>();
        List<Double> recalls = new ArrayList<>();
        for (int threshold = 0; threshold < CocoPicture.OVERLAPS.size(); threshold++) {
            List<Outcome> outcomes = bySureness(pictures, threshold);
            double[] recall = new double[outcomes.size()];
            double[] precision = new double[outcomes.size()];
            double right = 0;
            for (int i = 0; i < recall.length; i++) {
                right += outcomes.get(i) == Outcome.RIGHT ? 1 : 0;
                recall[i] = right / positives;
                precision[i] = right / (i + 1 + NO_ZERO);
            }
            precisions.add(mean(precision, recall));
            recalls.add(recall.length == 0 ? 0 : recall[recall.length - 1]);
        }
        return Optional.of(new CocoCurve(precisions, recalls));
    }

    /// The outcomes that count, of all pictures.
    private static List<Outcome> bySureness(List<CocoPicture> pictures, int threshold) {
        List<Finding> findings = new ArrayList<>();
        for (CocoPicture picture : pictures) {
            for (int i = 0; i < picture.scores().size(); i++) {
                findings.add(new Finding(picture.scores().get(i), picture.outcomes().get(threshold).get(i)));
            }
        }
        findings.sort(Comparator.comparingDouble(Finding::score).reversed());
        return findings.stream().map(Finding::outcome).filter(outcome -> outcome != Outcome.IGNORED).toList();
    }

    /// The mean over recalls of the best precision at a recall or beyond; 0 where no recall reaches.
    private static double mean(double[] precision, double[] recall) {
        for (int i = precision.length - 1; i > 0; i--) {
            precision[i - 1] = Math.max(precision[i - 1], precision[i]);
        }
        double sum = 0;
        int at = 0;
        for (int i = 0; i < RECALLS; i++) {
            while (at < recall.length && recall[at] < i * 0.01) {
                at++;
            }
            sum += at < recall.length ? precision[at] : 0;
        }
        return sum / RECALLS;
    }
}
