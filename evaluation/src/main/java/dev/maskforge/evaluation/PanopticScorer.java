package dev.maskforge.evaluation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;

/// Panoptic quality over pictures, as panopticapi and cityscapesScripts compute it (Kirillov et al., "Panoptic
/// Segmentation", section 4).
///
/// A predicted segment and a true one of the same category match if they share more than half of their union, void left
/// out. True crowds match nothing. A predicted segment without a match is no mistake if more than half of it is void or a
/// crowd of its category.
public final class PanopticScorer {
    private static final int ID_BITS = 24;
    private static final double LEAST_OVERLAP = 0.5;

    private final SequencedMap<Integer, Tally> tallies = new LinkedHashMap<>();

    /// A category of a dataset.
    public record Category(int id, String name, boolean isThing) {}

    private static final class Tally {
        private final Category category;
        private double overlaps;
        private long matches;
        private long wrong;
        private long missed;

        Tally(Category category) {
            this.category = category;
        }

        PanopticScores.Quality quality() {
            double weight = matches + 0.5 * wrong + 0.5 * missed;
            return weight == 0
                    ? PanopticScores.Quality.ABSENT
                    : new PanopticScores.Quality(overlaps / weight, matches == 0 ? 0 : overlaps / matches, matches / weight, true);
        }
    }

    /// Without a picture yet.
    ///
    /// @param categories each id once
    public PanopticScorer(List<Category> categories) {
        for (Category category : categories) {
            if (tallies.put(category.id(), new Tally(category)) != null) {
                throw new EvaluationException("category " + category.id() + " is listed twice; give each an id of its own");
            }
        }
    }

    /// Of the classes of Cityscapes that are evaluated.
    public static PanopticScorer ofCityscapes() {
        return new PanopticScorer(CityscapesLabel.all().stream().filter(label -> !label.isIgnored())
                .map(label -> new Category(label.id(), label.text(), label.hasInstances())).toList());
    }

    /// Adds a picture.
    ///
    /// @param picture its name, for messages
    /// @throws EvaluationException if sizes differ, the prediction's list does not fit its picture, or a category is not the
    ///                             dataset's; nothing is added then
    public void add(String picture, PanopticMap prediction, PanopticMap truth) {
        if (prediction.height() != truth.height() || prediction.width() != truth.width()) {
            throw new EvaluationException("the prediction for '" + picture + "' has " + prediction.height() + "x" + prediction.width()
                    + " pixels, the truth " + truth.height() + "x" + truth.width() + "; predict at the picture's own size");
        }
        Overlaps overlaps = Overlaps.of(prediction, truth);
        requireCategories(picture, truth, "the truth");
        requireCategories(picture, prediction, "the prediction");
        requireComplete(picture, prediction, overlaps);
        match(prediction, truth, overlaps);
    }

    private void requireCategories(String picture, PanopticMap map, String whose) {
        for (PanopticMap.Segment segment : map.segments()) {
            if (!tallies.containsKey(segment.categoryId())) {
                throw new EvaluationException("in " + whose + " for '" + picture + "' segment " + segment.id() + " has category "
                        + segment.categoryId() + ", which the dataset does not have; write its category ids, not train ids");
            }
        }
    }

    private static void requireComplete(String picture, PanopticMap prediction, Overlaps overlaps) {
        Set<Integer> listed = new HashSet<>();
        for (PanopticMap.Segment segment : prediction.segments()) {
            listed.add(segment.id());
            if (!overlaps.predictedAreas.containsKey(segment.id())) {
                throw new EvaluationException("in the prediction for '" + picture + "' segment " + segment.id()
                        + " is listed and has no pixel; list only what is in the picture");
            }
        }
        for (int id : overlaps.predictedAreas.keySet()) {
            if (id != PanopticMap.VOID && !listed.contains(id)) {
                throw new EvaluationException("in the prediction for '" + picture + "' segment " + id
                        + " has pixels and is not listed; list all segments, and write red + 256 green + 65536 blue");
            }
        }
    }

    /// How many pixels each predicted and each true segment share.
    private record Overlaps(Map<Long, long[]> pixels, Map<Integer, Long> predictedAreas) {
        static Overlaps of(PanopticMap prediction, PanopticMap truth) {
            Map<Long, long[]> pixels = new HashMap<>();
            long key = -1;
            long[] count = {0};
            for (int pixel = 0; pixel < truth.pixels(); pixel++) {
                long now = key(truth.idAt(pixel), prediction.idAt(pixel));
                if (now != key) {
                    key = now;
                    count = pixels.computeIfAbsent(key, _ -> new long[1]);
                }
                count[0]++;
            }
            Map<Integer, Long> areas = new HashMap<>();
            pixels.forEach((pair, shared) -> areas.merge((int) (pair & (1 << ID_BITS) - 1), shared[0], Long::sum));
            return new Overlaps(pixels, areas);
        }

        private static long key(int trueId, int predictedId) {
            return (long) trueId << ID_BITS | predictedId;
        }

        long shared(int trueId, int predictedId) {
            long[] count = pixels.get(key(trueId, predictedId));
            return count == null ? 0 : count[0];
        }
    }

    private void match(PanopticMap prediction, PanopticMap truth, Overlaps overlaps) {
        Set<Integer> matched = new HashSet<>();
        Map<Integer, Integer> crowds = new HashMap<>();
        for (PanopticMap.Segment one : truth.segments()) {
            if (one.isCrowd()) {
                crowds.put(one.categoryId(), one.id());
                continue;
            }
            Tally tally = tally(one);
            boolean isFound = false;
            for (PanopticMap.Segment other : prediction.segments()) {
                long shared = one.categoryId() == other.categoryId() ? overlaps.shared(one.id(), other.id()) : 0;
                long predictedArea = overlaps.predictedAreas.getOrDefault(other.id(), 0L);
                double overlap = (double) shared
                        / (predictedArea + one.area() - shared - overlaps.shared(PanopticMap.VOID, other.id()));
                if (overlap > LEAST_OVERLAP) {
                    tally.matches++;
                    tally.overlaps += overlap;
                    matched.add(other.id());
                    isFound = true;
                }
            }
            tally.missed += isFound ? 0 : 1;
        }
        for (PanopticMap.Segment other : prediction.segments()) {
            if (!matched.contains(other.id()) && !isExcused(other, crowds, overlaps)) {
                tally(other).wrong++;
            }
        }
    }

    private static boolean isExcused(PanopticMap.Segment segment, Map<Integer, Integer> crowds, Overlaps overlaps) {
        long excused = overlaps.shared(PanopticMap.VOID, segment.id());
        Integer crowd = crowds.get(segment.categoryId());
        if (crowd != null) {
            excused += overlaps.shared(crowd, segment.id());
        }
        return (double) excused / overlaps.predictedAreas.getOrDefault(segment.id(), 0L) > LEAST_OVERLAP;
    }

    private Tally tally(PanopticMap.Segment segment) {
        return Objects.requireNonNull(tallies.get(segment.categoryId()));
    }

    /// What follows from the pictures so far.
    public PanopticScores scores() {
        SequencedMap<Category, PanopticScores.Quality> qualities = new LinkedHashMap<>();
        tallies.values().forEach(tally -> qualities.put(tally.category, tally.quality()));
        return new PanopticScores(qualities);
    }
}
