package dev.maskforge.cli.report;

import dev.maskforge.cli.report.DataTable.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Scores on datasets as tables: a row a class and below them the means, in percent, from what the official scripts write.
final class ScoreTables {
    private final List<String> columns = new ArrayList<>();
    private final SequencedMap<String, SequencedMap<String, Double>> rows = new LinkedHashMap<>();

    private ScoreTables() {
    }

    static List<Block> of(List<EvaluationFile> evaluations) {
        if (evaluations.isEmpty()) {
            return List.of(new Block.Paragraph("No result of 'maskforge evaluate' was given."));
        }
        List<Block> blocks = new ArrayList<>();
        for (EvaluationFile each : evaluations) {
            each.scores().forEach((metric, scores) -> blocks.add(table(each, metric, scores)));
        }
        return blocks;
    }

    private static DataTable table(EvaluationFile evaluation, String metric, JsonFields scores) {
        ScoreTables table = new ScoreTables();
        if (scores.has("classScores")) {
            table.cityscapesLabels(scores);
        } else if (scores.has("mIoU")) {
            table.labels(scores);
        } else if (scores.has("All")) {
            table.segments(scores);
        } else if (scores.has("averages")) {
            table.cityscapesObjects(scores.object("averages"));
        } else {
            table.objects(scores);
        }
        return table.table(evaluation.dataset() + " " + evaluation.split() + ", " + metric + ", "
                + Figures.counted(evaluation.pictures(), "picture") + ": " + evaluation.scored() + "; percent");
    }

    private void cityscapesLabels(JsonFields scores) {
        scores.object("classScores").numbers().forEach((label, score) -> put(label, "IoU", score));
        scores.object("classInstScores").numbers().forEach((label, score) -> put(label, "iIoU", score));
        put("mean of classes", "IoU", scores.optionalNumber("averageScoreClasses"));
        put("mean of classes", "iIoU", scores.optionalNumber("averageScoreInstClasses"));
        put("mean of categories", "IoU", scores.optionalNumber("averageScoreCategories"));
        put("mean of categories", "iIoU", scores.optionalNumber("averageScoreInstCategories"));
    }

    /// Detectron2's names; it writes percent.
    private void labels(JsonFields scores) {
        scores.numbers().forEach((name, score) -> {
            Optional<Double> share = score.map(percent -> percent / 100);
            if (name.startsWith("IoU-")) {
                put(name.substring("IoU-".length()), "IoU", share);
            } else if (name.startsWith("ACC-")) {
                put(name.substring("ACC-".length()), "accuracy", share);
            }
        });
        put("mean", "IoU", scores.optionalNumber("mIoU").map(percent -> percent / 100));
        put("mean", "accuracy", scores.optionalNumber("mACC").map(percent -> percent / 100));
        put("all pixels", "accuracy", scores.optionalNumber("pACC").map(percent -> percent / 100));
        put("by frequency", "IoU", scores.optionalNumber("fwIoU").map(percent -> percent / 100));
    }

    private void segments(JsonFields scores) {
        JsonFields categories = scores.object("per_class");
        categories.names().forEach(id -> quality("category " + id, categories.object(id)));
        for (String which : List.of("All", "Things", "Stuff")) {
            quality(which, scores.object(which));
        }
    }

    private void quality(String row, JsonFields quality) {
        put(row, "PQ", quality.optionalNumber("pq"));
        put(row, "SQ", quality.optionalNumber("sq"));
        put(row, "RQ", quality.optionalNumber("rq"));
    }

    private void cityscapesObjects(JsonFields averages) {
        JsonFields classes = averages.object("classes");
        classes.names().forEach(label -> {
            put(label, "AP", classes.object(label).optionalNumber("ap"));
            put(label, "AP50", classes.object(label).optionalNumber("ap50%"));
        });
        put("mean", "AP", averages.optionalNumber("allAp"));
        put("mean", "AP50", averages.optionalNumber("allAp50%"));
    }

    private void objects(JsonFields scores) {
        if (scores.has("per_class")) {
            scores.object("per_class").numbers().forEach((id, score) -> put("category " + id, "AP", score));
        }
        scores.names().stream().filter(name -> !name.equals("per_class")).forEach(name -> put("all", name, scores.optionalNumber(name)));
    }

    private void put(String row, String column, Optional<Double> score) {
        if (!columns.contains(column)) {
            columns.add(column);
        }
        SequencedMap<String, Double> cells = rows.computeIfAbsent(row, _ -> new LinkedHashMap<>());
        score.ifPresent(value -> cells.put(column, value));
    }

    private DataTable table(String caption) {
        List<Column> headings = new ArrayList<>(List.of(Column.texts("Class")));
        columns.forEach(column -> headings.add(Column.numbers(column)));
        List<List<String>> lines = new ArrayList<>();
        rows.forEach((row, cells) -> {
            List<String> line = new ArrayList<>(List.of(row));
            columns.forEach(column -> line.add(percent(cells.getOrDefault(column, Double.NaN))));
            lines.add(line);
        });
        return DataTable.of(caption, headings, lines);
    }

    /// COCO's -1 is no score.
    private static String percent(double share) {
        return Double.isNaN(share) || share < 0 ? DataTable.NOTHING : Figures.fixed(100 * share, 1);
    }
}
