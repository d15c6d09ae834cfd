package dev.maskforge.evaluation;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Average precision of objects in Cityscapes.
///
/// @param precisions by label, one for each of [#OVERLAPS]; NaN if no object of the label is true
public record CityscapesInstanceScores(Map<CityscapesLabel, List<Double>> precisions) implements Scores {
    /// The thresholds of overlap, 0.5 to 0.95 in steps of 0.05, with the rounding that the script's have.
    public static final List<Double> OVERLAPS = IntStream.range(0, 10).mapToObj(i -> 0.5 + i * (0.5 + 0.05 - 0.5)).toList();

    public CityscapesInstanceScores {
        precisions = Collections.unmodifiableMap(new EnumMap<>(precisions));
    }

    /// AP: the mean over labels that occur and all thresholds; NaN if none occurs.
    public double averagePrecision() {
        return mean(precisions.values().stream().flatMap(Collection::stream).toList());
    }

    /// AP50: the mean over labels that occur, at the threshold of 0.5.
    public double averagePrecision50() {
        return mean(precisions.values().stream().map(List::getFirst).toList());
    }

    /// AP of a label; NaN if it does not occur.
    public double averagePrecision(CityscapesLabel label) {
        return mean(precisions.getOrDefault(label, List.of()));
    }

    /// AP50 of a label.
    public double averagePrecision50(CityscapesLabel label) {
        return precisions.getOrDefault(label, List.of(Double.NaN)).getFirst();
    }

    private static double mean(Collection<Double> scores) {
        return scores.stream().mapToDouble(Double::doubleValue).filter(score -> !Double.isNaN(score)).average().orElse(Double.NaN);
    }

    @Override
    public String officialName() {
        return "resultInstanceLevelSemanticLabeling.json";
    }

    @Override
    public SequencedMap<String, Object> document() {
        SequencedMap<String, Object> classes = new LinkedHashMap<>();
        precisions.keySet()
                .forEach(label -> classes.put(label.text(), Map.of("ap", averagePrecision(label), "ap50%", averagePrecision50(label))));
        SequencedMap<String, Object> averages = new LinkedHashMap<>();
        averages.put("allAp", averagePrecision());
        averages.put("allAp50%", averagePrecision50());
        averages.put("classes", classes);
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("averages", averages);
        document.put("distanceThresholds", List.of(Double.POSITIVE_INFINITY, 100.0, 50.0));
        document.put("instLabels", precisions.keySet().stream().map(CityscapesLabel::text).toList());
        document.put("minRegionSizes", List.of(100, 1000, 1000));
        document.put("minStereoDensities", List.of(Double.NEGATIVE_INFINITY, 0.5, 0.5));
        document.put("overlaps", OVERLAPS);
        document.put("resultApMatrix", List.of(List.copyOf(precisions.values())));
        return document;
    }
}
