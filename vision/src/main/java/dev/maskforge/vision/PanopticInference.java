package dev.maskforge.vision;

import dev.maskforge.kernels.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// From the raw outputs of a network to the segments of the picture, as the original's `panoptic_inference` does it.
///
/// Queries are kept whose likeliest class is not "no object" and likelier than the object mask threshold. Mask logits are
/// brought to the picture's original size, as [MaskSource#atOriginalSize] says; each pixel goes to the kept query with the
/// highest product of class probability and mask, the first of equals. A query becomes a segment unless the pixels that it
/// won are fewer than the overlap threshold's share of its mask (where that is 0.5 or more). Stuff of one class is one
/// segment. Where no query is kept all is void.
///
/// Rows stream through; beside the result a picture takes two bytes a pixel.
///
/// @param workers    the threads it may use
/// @param pasting    which pixels a segment gets
/// @param thresholds which queries become segments
public record PanopticInference(Workers workers, Pasting pasting, Thresholds thresholds) {
    private static final int BAND_ROWS = 32;

    /// Which of the pixels that a query won become its segment.
    public enum Pasting {
        /// Those where its mask is 0.5 or more; the others are void.
        MASK2FORMER {
            @Override
            boolean takes(boolean inMask) {
                return inMask;
            }
        },
        /// All.
        MASKFORMER {
            @Override
            boolean takes(boolean inMask) {
                return true;
            }
        };

        /// @param inMask whether the winner's mask is 0.5 or more
        abstract boolean takes(boolean inMask);
    }

    /// On the caller's thread, with the official thresholds.
    public static PanopticInference singleThreaded(Pasting pasting) {
        return new PanopticInference(Workers.callerOnly(), pasting, Thresholds.OFFICIAL);
    }

    /// The segments of the original picture.
    ///
    /// @param image   which picture of the batch
    /// @param classes what the network's classes are: it says which are things
    /// @throws IllegalArgumentException if the list has another number of classes than the network
    public PanopticSegmentation segments(QueryOutputs outputs, int image, Geometry geometry, ClassList classes) {
        requireSameClasses(outputs, classes);
        List<Candidate> candidates = candidates(outputs, image);
        SegmentCompetition competition = new SegmentCompetition(candidates, geometry);
        if (!candidates.isEmpty()) {
            int[] queries = candidates.stream().mapToInt(Candidate::query).toArray();
            workers.forEachBand(geometry.originalHeight(), BAND_ROWS,
                    () -> competition.band(MaskSource.atOriginalSize(outputs, image, queries, geometry)));
        }
        return paste(candidates, competition, classes);
    }

    static void requireSameClasses(QueryOutputs outputs, ClassList classes) {
        if (classes.size() != outputs.classes()) {
            throw new IllegalArgumentException("the list of " + classes.dataset() + " has " + classes.size()
                    + " classes, the model " + outputs.classes() + "; give the model's own list");
        }
    }

    /// A query that is kept.
    record Candidate(int query, int trainId, float score) {}

    private List<Candidate> candidates(QueryOutputs outputs, int image) {
        ClassProbabilities probabilities = ClassProbabilities.of(outputs, image);
        return IntStream.range(0, outputs.queries())
                .mapToObj(query -> candidate(query, probabilities))
                // The original compares float32 numbers.
                .filter(candidate -> candidate.trainId() < outputs.classes()
                        && candidate.score() > (float) thresholds.objectMaskThreshold())
                .toList();
    }

    private static Candidate candidate(int query, ClassProbabilities probabilities) {
        int likeliest = probabilities.likeliest(query);
        return new Candidate(query, likeliest, probabilities.of(query, likeliest));
    }

    private PanopticSegmentation paste(List<Candidate> candidates, SegmentCompetition competition, ClassList classes) {
        int[] idOfCandidate = new int[candidates.size()];
        List<Segment> segments = new ArrayList<>();
        Map<Integer, Integer> idOfStuff = new HashMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            long pasted = pasting.takes(false) ? competition.won(i) : competition.wonInMask(i);
            if (pasted == 0 || !holdsItsGround(competition.won(i), competition.masked(i))) {
                continue;
            }
            boolean isThing = classes.get(candidate.trainId()).isThing();
            int next = segments.size() + 1;
            int id = isThing ? next : idOfStuff.computeIfAbsent(candidate.trainId(), _ -> next);
            idOfCandidate[i] = id;
            if (id == next) {
                segments.add(new Segment(id, candidate.trainId(), isThing, candidate.score(), pasted));
            } else {
                Segment first = segments.get(id - 1);
                segments.set(id - 1, new Segment(id, first.trainId(), false, first.score(), first.area() + pasted));
            }
        }
        return new PanopticSegmentation(competition.map(idOfCandidate, segments.size(), pasting), segments);
    }

    private boolean holdsItsGround(long won, long masked) {
        return won > 0 && masked > 0 && !((double) won / masked < thresholds.overlapThreshold());
    }
}
