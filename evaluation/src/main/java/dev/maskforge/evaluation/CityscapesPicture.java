package dev.maskforge.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// The true and the predicted objects of a picture, and how they overlap.
record CityscapesPicture(Map<CityscapesLabel, List<Target>> targets, Map<CityscapesLabel, List<Candidate>> candidates) {
    private static final int LEAST_PIXELS = 100;

    /// A true object, or a group of them.
    record Target(int instanceId, long pixels) {
        boolean isGroup() {
            return !CityscapesTruth.isInstance(instanceId);
        }

        boolean isSmall() {
            return pixels < LEAST_PIXELS;
        }
    }

    /// A predicted object.
    ///
    /// @param ofVoid    its pixels that are ignored
    /// @param ofTargets its pixels that it shares with each target of its label
    record Candidate(double confidence, long pixels, long ofVoid, List<Integer> ofTargets) {
        boolean finds(Target target, int place, double least) {
            long shared = ofTargets.get(place);
            return (double) shared / (target.pixels() + pixels - shared) > least;
        }

        /// The share that is ignored; what is ignored for two reasons counts twice.
        double ignored(List<Target> targets) {
            long ignored = ofVoid;
            for (int i = 0; i < targets.size(); i++) {
                ignored += targets.get(i).isGroup() ? ofTargets.get(i) : 0;
                ignored += targets.get(i).isSmall() ? ofTargets.get(i) : 0;
            }
            return (double) ignored / pixels;
        }
    }

    /// What became of the objects of a class, over pictures.
    static final class Findings {
        private final List<Finding> findings = new ArrayList<>();
        private boolean isAnyTrue;
        private boolean isAnyPredicted;
        private long missed;

        private record Finding(double confidence, boolean isRight) {}

        /// The area below precision over recall, each step between two confidences as wide as the recall around it; NaN if
        /// no object is true.
        double averagePrecision() {
            if (!isAnyTrue) {
                return Double.NaN;
            }
            if (!isAnyPredicted || findings.isEmpty()) {
                return 0;
            }
            findings.sort(Comparator.comparingDouble(Finding::confidence));
            long right = findings.stream().filter(Finding::isRight).count();
            List<Double> precision = new ArrayList<>();
            List<Double> recall = new ArrayList<>();
            long rightBelow = 0;
            for (int i = 0; i < findings.size(); i++) {
                if (i == 0 || findings.get(i).confidence() != findings.get(i - 1).confidence()) {
                    precision.add((double) (right - rightBelow) / (findings.size() - i));
                    recall.add((double) (right - rightBelow) / (right + missed));
                }
                rightBelow += findings.get(i).isRight() ? 1 : 0;
            }
            precision.add(1.0);
            recall.add(0.0);
            return area(precision, recall);
        }

        private static double area(List<Double> precision, List<Double> recall) {
            double area = 0;
            for (int i = 0; i < precision.size(); i++) {
                double before = recall.get(Math.max(0, i - 1));
                double after = i + 1 < recall.size() ? recall.get(i + 1) : 0;
                area += precision.get(i) * 0.5 * (before - after);
            }
            return area;
        }
    }

    /// Adds what became of the objects of a class, if to find one means to share more than `overlap` of the union.
    void match(CityscapesLabel label, double overlap, Findings findings) {
        List<Target> truth = targets.getOrDefault(label, List.of());
        List<Candidate> predicted = candidates.getOrDefault(label, List.of());
        findings.isAnyPredicted |= !predicted.isEmpty();
        for (int i = 0; i < truth.size(); i++) {
            Target target = truth.get(i);
            if (!target.isGroup() && !target.isSmall()) {
                findings.isAnyTrue = true;
                int place = i;
                find(predicted.stream().filter(candidate -> candidate.finds(target, place, overlap)).toList(), findings);
            }
        }
        for (Candidate candidate : predicted) {
            boolean findsAny = false;
            for (int i = 0; i < truth.size() && !findsAny; i++) {
                findsAny = candidate.finds(truth.get(i), i, overlap);
            }
            if (!findsAny && candidate.ignored(truth) <= overlap) {
                findings.findings.add(new Findings.Finding(candidate.confidence(), false));
            }
        }
    }

    /// Of those that find an object the surest is right.
    private static void find(List<Candidate> finders, Findings findings) {
        List<Double> confidences = finders.stream().map(Candidate::confidence).sorted(Comparator.reverseOrder()).toList();
        for (int i = 0; i < confidences.size(); i++) {
            findings.findings.add(new Findings.Finding(confidences.get(i), i == 0));
        }
        findings.missed += confidences.isEmpty() ? 1 : 0;
    }
}
