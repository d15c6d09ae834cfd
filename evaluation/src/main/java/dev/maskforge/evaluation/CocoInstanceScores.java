package dev.maskforge.evaluation;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Average precision and recall of objects in COCO: pycocotools' twelve numbers, each from 0 to 1, or -1, as there, where no
/// object counts.
public final class CocoInstanceScores implements Scores {
    private static final int AT_50 = 0;
    private static final int AT_75 = 5;

    /// By category, in the order of ids; without settings in which no object counts.
    private final SequencedMap<Integer, Map<CocoSetting, CocoCurve>> curves;

    /// Names by id.
    private final SequencedMap<Integer, String> categories;

    CocoInstanceScores(SequencedMap<Integer, String> categories, SequencedMap<Integer, Map<CocoSetting, CocoCurve>> curves) {
        this.categories = categories;
        SequencedMap<Integer, Map<CocoSetting, CocoCurve>> copy = new LinkedHashMap<>();
        curves.forEach((category, ofCategory) -> copy.put(category, Collections.unmodifiableMap(new EnumMap<>(ofCategory))));
        this.curves = Collections.unmodifiableSequencedMap(copy);
    }

    private List<CocoCurve> curves(CocoSetting setting) {
        return curves.values().stream().filter(ofCategory -> ofCategory.containsKey(setting)).map(ofCategory -> ofCategory.get(setting))
                .toList();
    }

    private double precision(CocoSetting setting) {
        return mean(curves(setting).stream().map(CocoCurve::precisions).flatMap(Collection::stream).toList());
    }

    private double precisionAt(int threshold) {
        return mean(curves(CocoSetting.ALL).stream().map(curve -> curve.precisions().get(threshold)).toList());
    }

    private double recall(CocoSetting setting) {
        return mean(curves(setting).stream().map(CocoCurve::recalls).flatMap(Collection::stream).toList());
    }

    private static double mean(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).average().orElse(-1);
    }

    /// AP over overlaps of 0.5 to 0.95.
    public double averagePrecision() {
        return precision(CocoSetting.ALL);
    }

    /// AP at an overlap of 0.5.
    public double averagePrecision50() {
        return precisionAt(AT_50);
    }

    /// AP at an overlap of 0.75.
    public double averagePrecision75() {
        return precisionAt(AT_75);
    }

    /// Names of the categories, by id.
    public SequencedMap<Integer, String> categories() {
        return categories;
    }

    /// AP of each category, by id.
    public SequencedMap<Integer, Double> averagePrecisions() {
        SequencedMap<Integer, Double> precisions = new LinkedHashMap<>();
        curves.forEach((category, ofCategory) -> {
            CocoCurve curve = ofCategory.get(CocoSetting.ALL);
            precisions.put(category, curve == null ? -1 : mean(curve.precisions()));
        });
        return precisions;
    }

    /// The twelve numbers in their order, by short names: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl.
    public SequencedMap<String, Double> statistics() {
        SequencedMap<String, Double> statistics = new LinkedHashMap<>();
        statistics.put("AP", averagePrecision());
        statistics.put("AP50", averagePrecision50());
        statistics.put("AP75", averagePrecision75());
        statistics.put("APs", precision(CocoSetting.SMALL));
        statistics.put("APm", precision(CocoSetting.MEDIUM));
        statistics.put("APl", precision(CocoSetting.LARGE));
        statistics.put("AR1", recall(CocoSetting.ONE_DETECTION));
        statistics.put("AR10", recall(CocoSetting.TEN_DETECTIONS));
        statistics.put("AR100", recall(CocoSetting.ALL));
        statistics.put("ARs", recall(CocoSetting.SMALL));
        statistics.put("ARm", recall(CocoSetting.MEDIUM));
        statistics.put("ARl", recall(CocoSetting.LARGE));
        return statistics;
    }

    @Override
    public String officialName() {
        return "resultCocoInstances.json";
    }

    /// pycocotools writes no file; these are its numbers, and AP of each category as `per_class`.
    @Override
    public SequencedMap<String, Object> document() {
        SequencedMap<String, Object> document = new LinkedHashMap<>(statistics());
        SequencedMap<String, Object> each = new LinkedHashMap<>();
        averagePrecisions().forEach((category, precision) -> each.put(Integer.toString(category), precision));
        document.put("per_class", each);
        return document;
    }
}
