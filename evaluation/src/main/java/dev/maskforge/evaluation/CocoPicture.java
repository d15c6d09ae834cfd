package dev.maskforge.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// What became of the detections of a category in a picture, in one setting.
///
/// @param scores    of the detections, the highest first
/// @param outcomes  by threshold of overlap, then by detection
/// @param positives how many objects count
record CocoPicture(List<Double> scores, List<List<Outcome>> outcomes, int positives) {
    /// 0.5 to 0.95 in steps of 0.05.
    static final List<Double> OVERLAPS = IntStream.range(0, 10).mapToObj(i -> 0.5 + i * ((0.95 - 0.5) / 9)).toList();

    private static final double NEARLY_ONE = 1 - 1e-10;

    enum Outcome {
        RIGHT, WRONG, IGNORED
    }

    /// A true object.
    ///
    /// @param place     among the objects as they were given
    /// @param isIgnored whether to find it is neither right nor wrong, as of a crowd or an object of another size
    private record Target(int place, boolean isCrowd, boolean isIgnored) {}

    /// @param detections the surest first, at most 100
    /// @param overlaps   by detection, then by object
    static CocoPicture of(List<CocoDetection> detections, List<CocoObject> objects, double[][] overlaps, CocoSetting setting) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            CocoObject object = objects.get(i);
            targets.add(new Target(i, object.isCrowd(), object.isCrowd() || !setting.holds(object.area())));
        }
        int positives = (int) targets.stream().filter(target -> !target.isIgnored()).count();
        targets.sort(Comparator.comparing(Target::isIgnored));
        List<CocoDetection> counted = detections.subList(0, Math.min(setting.detections(), detections.size()));
        List<List<Outcome>> outcomes = OVERLAPS.stream().map(least -> outcomes(counted, targets, overlaps, least, setting)).toList();
        return new CocoPicture(counted.stream().map(CocoDetection::score).toList(), outcomes, positives);
    }

    private static List<Outcome> outcomes(List<CocoDetection> detections, List<Target> targets, double[][] overlaps, double least,
            CocoSetting setting) {
        boolean[] isTaken = new boolean[targets.size()];
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < detections.size(); i++) {
            int found = best(targets, isTaken, overlaps[i], least);
            if (found >= 0) {
                isTaken[found] = true;
                outcomes.add(targets.get(found).isIgnored() ? Outcome.IGNORED : Outcome.RIGHT);
            } else {
                outcomes.add(setting.holds(detections.get(i).area()) ? Outcome.WRONG : Outcome.IGNORED);
            }
        }
        return outcomes;
    }

    /// The object that a detection finds: that of the largest overlap, of equal ones the last; an ignored one only if there
    /// is no other. Crowds can be found again and again.
    ///
    /// @param targets those that are ignored last
    /// @return -1 if there is none
    private static int best(List<Target> targets, boolean[] isTaken, double[] overlaps, double least) {
        double reached = Math.min(least, NEARLY_ONE);
        int best = -1;
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            if (best >= 0 && !targets.get(best).isIgnored() && target.isIgnored()) {
                return best;
            }
            boolean isFree = !isTaken[i] || target.isCrowd();
            if (isFree && overlaps[target.place()] >= reached) {
                reached = overlaps[target.place()];
                best = i;
            }
        }
        return best;
    }
}
