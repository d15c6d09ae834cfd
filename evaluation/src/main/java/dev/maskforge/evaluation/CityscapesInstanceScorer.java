package dev.maskforge.evaluation;

import dev.maskforge.evaluation.CityscapesPicture.Candidate;
import dev.maskforge.evaluation.CityscapesPicture.Target;
import dev.maskforge.vision.Box;
import dev.maskforge.vision.Mask;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Average precision of objects in Cityscapes, as cityscapesScripts' `evalInstanceLevelSemanticLabeling` computes it from
/// masks without distances.
///
/// A prediction finds an object of its class if they share more than a threshold of their union, from 0.5 to 0.95; of
/// several that find one, the surest counts. One that finds nothing is a mistake unless more than the threshold of it is
/// ignored: void, groups, objects of less than 100 pixels.
public final class CityscapesInstanceScorer {
    private final List<CityscapesPicture> pictures = new ArrayList<>();
    /// Pixels of the mask at hand, by instance id; zero between masks.
    private final int[] shared = new int[1 << Character.SIZE];

    /// Adds a picture.
    ///
    /// @param picture its name, for messages
    /// @throws EvaluationException if a mask's size is not the picture's, or all labels look like train ids
    public void add(String picture, List<CityscapesInstance> predictions, CityscapesTruth truth) {
        requireSizes(picture, predictions, truth);
        requireLabelIds(picture, predictions);
        Map<CityscapesLabel, List<Target>> targets = byLabel();
        truth.areas().forEach((id, pixels) -> {
            List<Target> ofLabel = targets.get(CityscapesLabel.all().get(CityscapesTruth.labelOf(id)));
            if (ofLabel != null) {
                ofLabel.add(new Target(id, pixels));
            }
        });
        Map<CityscapesLabel, List<Candidate>> candidates = byLabel();
        for (CityscapesInstance prediction : predictions) {
            CityscapesLabel label = CityscapesLabel.ofId(prediction.labelId()).orElse(CityscapesLabel.UNLABELED);
            List<Candidate> ofLabel = candidates.get(label);
            if (ofLabel != null && prediction.mask().area() > 0) {
                ofLabel.add(candidate(prediction, targets.getOrDefault(label, List.of()), truth));
            }
        }
        pictures.add(new CityscapesPicture(targets, candidates));
    }

    private static <T> Map<CityscapesLabel, List<T>> byLabel() {
        Map<CityscapesLabel, List<T>> lists = new EnumMap<>(CityscapesLabel.class);
        CityscapesLabel.things().forEach(label -> lists.put(label, new ArrayList<>()));
        return lists;
    }

    private static void requireSizes(String picture, List<CityscapesInstance> predictions, CityscapesTruth truth) {
        for (CityscapesInstance prediction : predictions) {
            Mask mask = prediction.mask();
            if (mask.height() != truth.height() || mask.width() != truth.width()) {
                throw new EvaluationException("a mask for '" + picture + "' has " + mask.height() + "x" + mask.width()
                        + " pixels, the truth " + truth.height() + "x" + truth.width() + "; predict at the picture's own size");
            }
        }
    }

    private static void requireLabelIds(String picture, List<CityscapesInstance> predictions) {
        int first = CityscapesLabel.things().getFirst().id();
        if (!predictions.isEmpty() && predictions.stream().allMatch(prediction -> prediction.labelId() < first)) {
            throw new EvaluationException("no label of the predictions for '" + picture + "' is of a class with objects, ids " + first
                    + " to 33, so they seem to be train ids; write label ids, as 'maskforge segment' does");
        }
    }

    private Candidate candidate(CityscapesInstance prediction, List<Target> targets, CityscapesTruth truth) {
        Mask mask = prediction.mask();
        Box box = mask.box();
        for (int y = box.y(); y < box.bottom(); y++) {
            for (int x = box.x(); x < box.right(); x++) {
                shared[truth.instanceIds().at(y, x)] += mask.at(y, x) ? 1 : 0;
            }
        }
        int ofVoid = CityscapesLabel.all().stream().filter(CityscapesLabel::isIgnored).mapToInt(label -> shared[label.id()]).sum();
        List<Integer> ofTargets = targets.stream().map(target -> shared[target.instanceId()]).toList();
        for (int y = box.y(); y < box.bottom(); y++) {
            for (int x = box.x(); x < box.right(); x++) {
                shared[truth.instanceIds().at(y, x)] = 0;
            }
        }
        return new Candidate(prediction.confidence(), mask.area(), ofVoid, ofTargets);
    }

    /// What follows from the pictures so far.
    public CityscapesInstanceScores scores() {
        Map<CityscapesLabel, List<Double>> precisions = new EnumMap<>(CityscapesLabel.class);
        for (CityscapesLabel label : CityscapesLabel.things()) {
            precisions.put(label, IntStream.range(0, CityscapesInstanceScores.OVERLAPS.size())
                    .mapToObj(i -> averagePrecision(label, CityscapesInstanceScores.OVERLAPS.get(i))).toList());
        }
        return new CityscapesInstanceScores(precisions);
    }

    private double averagePrecision(CityscapesLabel label, double overlap) {
        CityscapesPicture.Findings findings = new CityscapesPicture.Findings();
        pictures.forEach(picture -> picture.match(label, overlap, findings));
        return findings.averagePrecision();
    }
}
