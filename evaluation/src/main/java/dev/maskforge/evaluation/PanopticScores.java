package dev.maskforge.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/// Panoptic quality by category, and its means.
///
/// @param categories in the dataset's order
public record PanopticScores(SequencedMap<PanopticScorer.Category, Quality> categories) implements Scores {
    /// How good segments of a category are, each from 0 to 1.
    ///
    /// @param panoptic    PQ, segmentation times recognition quality
    /// @param segmentation SQ, the mean overlap of matches
    /// @param recognition RQ, matches among what is true or predicted
    /// @param occurs      whether the category has a true or a predicted segment; if not, all are 0 and it is in no mean
    public record Quality(double panoptic, double segmentation, double recognition, boolean occurs) {
        static final Quality ABSENT = new Quality(0, 0, 0, false);
    }

    /// Means over the categories that occur.
    ///
    /// @param panoptic NaN, as the others, if no category occurs
    /// @param count    of categories that occur
    public record Mean(double panoptic, double segmentation, double recognition, int count) {}

    public PanopticScores {
        categories = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(categories));
    }

    public Mean all() {
        return mean(_ -> true);
    }

    public Mean things() {
        return mean(PanopticScorer.Category::isThing);
    }

    public Mean stuff() {
        return mean(category -> !category.isThing());
    }

    private Mean mean(Predicate<PanopticScorer.Category> which) {
        int count = (int) categories.entrySet().stream().filter(entry -> which.test(entry.getKey()) && entry.getValue().occurs()).count();
        return new Mean(sum(which, Quality::panoptic) / count, sum(which, Quality::segmentation) / count,
                sum(which, Quality::recognition) / count, count);
    }

    private double sum(Predicate<PanopticScorer.Category> which, ToDoubleFunction<Quality> score) {
        return categories.entrySet().stream().filter(entry -> which.test(entry.getKey()))
                .mapToDouble(entry -> score.applyAsDouble(entry.getValue()))
                .sum();
    }

    @Override
    public String officialName() {
        return "resultPanopticSemanticLabeling.json";
    }

    @Override
    public SequencedMap<String, Object> document() {
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("All", document(all()));
        document.put("Stuff", document(stuff()));
        document.put("Things", document(things()));
        Map<String, Object> each = new TreeMap<>();
        categories.forEach((category, quality) -> each.put(Integer.toString(category.id()),
                Map.of("pq", quality.panoptic(), "rq", quality.recognition(), "sq", quality.segmentation())));
        document.put("per_class", each);
        return document;
    }

    private static SequencedMap<String, Object> document(Mean mean) {
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("n", mean.count());
        document.put("pq", mean.panoptic());
        document.put("rq", mean.recognition());
        document.put("sq", mean.segmentation());
        return document;
    }
}
