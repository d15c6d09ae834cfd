package dev.maskforge.cli;

import dev.maskforge.evaluation.CityscapesInstanceScores;
import dev.maskforge.evaluation.CityscapesSemanticScores;
import dev.maskforge.evaluation.CocoInstanceScores;
import dev.maskforge.evaluation.PanopticScores;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.evaluation.SemanticScores;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// Scores for people: a row a class and below them the means, in percent.
final class ScoreTable {
    private static final String ALL = "all";
    private static final String NOTHING = "-";

    private final SequencedSet<String> columns = new LinkedHashSet<>();
    private final SequencedMap<String, SequencedMap<String, Double>> classes = new LinkedHashMap<>();
    private final SequencedMap<String, SequencedMap<String, Double>> means = new LinkedHashMap<>();

    private ScoreTable() {
    }

    /// The lines of the table.
    static List<String> lines(Collection<Scores> all) {
        ScoreTable table = new ScoreTable();
        all.forEach(table::add);
        return table.lines();
    }

    private void add(Scores scores) {
        switch (scores) {
            case CityscapesSemanticScores semantic -> add(semantic);
            case SemanticScores semantic -> add(semantic);
            case PanopticScores panoptic -> add(panoptic);
            case CityscapesInstanceScores instance -> add(instance);
            case CocoInstanceScores instance -> add(instance);
        }
    }

    private void add(CityscapesSemanticScores scores) {
        scores.labels().forEach((label, score) -> {
            if (!label.isIgnored()) {
                put(classes, label.text(), "IoU", score.intersectionOverUnion());
                put(classes, label.text(), "iIoU", score.instanceWeighted());
            }
        });
        put(means, ALL, "IoU", scores.meanOfLabels());
        put(means, ALL, "iIoU", scores.instanceWeightedMeanOfLabels());
        put(means, "categories", "IoU", scores.meanOfCategories());
        put(means, "categories", "iIoU", scores.instanceWeightedMeanOfCategories());
    }

    private void add(SemanticScores scores) {
        for (int trainId = 0; trainId < scores.classes().size(); trainId++) {
            put(classes, scores.classes().get(trainId), "IoU", scores.intersectionOverUnion(trainId));
            put(classes, scores.classes().get(trainId), "accuracy", scores.counts().accuracy(trainId).orElse(Double.NaN));
        }
        put(means, ALL, "IoU", scores.meanIntersectionOverUnion());
        put(means, ALL, "accuracy", scores.meanAccuracy());
        put(means, "pixels", "accuracy", scores.pixelAccuracy());
    }

    private void add(PanopticScores scores) {
        scores.categories().forEach((category, quality) -> {
            put(classes, category.name(), "PQ", quality.occurs() ? quality.panoptic() : Double.NaN);
            put(classes, category.name(), "SQ", quality.occurs() ? quality.segmentation() : Double.NaN);
            put(classes, category.name(), "RQ", quality.occurs() ? quality.recognition() : Double.NaN);
        });
        add(ALL, scores.all());
        add("things", scores.things());
        add("stuff", scores.stuff());
    }

    private void add(String row, PanopticScores.Mean mean) {
        put(means, row, "PQ", mean.panoptic());
        put(means, row, "SQ", mean.segmentation());
        put(means, row, "RQ", mean.recognition());
    }

    private void add(CityscapesInstanceScores scores) {
        scores.precisions().keySet().forEach(label -> {
            put(classes, label.text(), "AP", scores.averagePrecision(label));
            put(classes, label.text(), "AP50", scores.averagePrecision50(label));
        });
        put(means, ALL, "AP", scores.averagePrecision());
        put(means, ALL, "AP50", scores.averagePrecision50());
    }

    private void add(CocoInstanceScores scores) {
        scores.averagePrecisions()
                .forEach((category, precision) -> put(classes, scores.categories().getOrDefault(category, ""), "AP", defined(precision)));
        scores.statistics().forEach((name, value) -> put(means, ALL, name, defined(value)));
    }

    /// COCO's -1 is no score.
    private static double defined(double score) {
        return score < 0 ? Double.NaN : score;
    }

    private void put(SequencedMap<String, SequencedMap<String, Double>> rows, String row, String column, double score) {
        columns.add(column);
        rows.computeIfAbsent(row, _ -> new LinkedHashMap<>()).put(column, score);
    }

    private List<String> lines() {
        int first = 0;
        for (String row : classes.keySet()) {
            first = Math.max(first, Line.of(row).length());
        }
        for (String row : means.keySet()) {
            first = Math.max(first, row.length());
        }
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(" ".repeat(first));
        columns.forEach(column -> head.append(String.format(Locale.ROOT, "  %" + width(column) + "s", column)));
        lines.add(head.toString());
        for (SequencedMap<String, SequencedMap<String, Double>> rows : List.of(classes, means)) {
            for (String row : rows.keySet()) {
                StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + first + "s", Line.of(row)));
                SequencedMap<String, Double> cells = rows.getOrDefault(row, new LinkedHashMap<>());
                columns.forEach(column -> line.append(String.format(Locale.ROOT, "  %" + width(column) + "s",
                        percent(cells.getOrDefault(column, Double.NaN)))));
                lines.add(line.toString());
            }
        }
        return lines;
    }

    private static int width(String column) {
        return Math.max(5, column.length());
    }

    private static String percent(double score) {
        return Double.isNaN(score) ? NOTHING : String.format(Locale.ROOT, "%.1f", 100 * score);
    }
}
