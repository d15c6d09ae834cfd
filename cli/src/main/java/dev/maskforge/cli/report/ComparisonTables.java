package dev.maskforge.cli.report;

import dev.maskforge.cli.report.DataTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Comparisons as tables.
final class ComparisonTables {
    private static final int MOST_CONFUSIONS = 10;
    private static final int MOST_PICTURES = 40;

    private ComparisonTables() {
    }

    static List<Block> of(List<ComparisonFile> comparisons) {
        if (comparisons.isEmpty()) {
            return List.of(new Block.Paragraph("No result of 'maskforge compare' was given."));
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(overview(comparisons));
        for (int i = 0; i < comparisons.size(); i++) {
            blocks.addAll(single(i + 1, comparisons.get(i)));
        }
        return blocks;
    }

    private static DataTable overview(List<ComparisonFile> comparisons) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < comparisons.size(); i++) {
            ComparisonFile each = comparisons.get(i);
            rows.add(List.of((i + 1) + " " + each.b(), each.a(), each.sizes(), Long.toString(each.total().pixels()), each.total().ofAll(),
                    each.total().clearText(), each.total().ofClear(), each.says()));
        }
        return DataTable.of("Comparisons with references: the share of pixels with the reference's class, 1 is all",
                List.of(Column.texts("Compared"), Column.texts("Reference"), Column.texts("Pictures of"), Column.numbers("Pixels"),
                        Column.numbers("Agree"), Column.numbers("Clear"), Column.numbers("Agree"), Column.texts("Says")),
                rows);
    }

    private static List<Block> single(int number, ComparisonFile comparison) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Heading("Comparison " + number));
        blocks.add(new Block.Paragraph(comparison.b() + ", held against " + comparison.a() + ": " + comparison.says() + "."));
        blocks.add(DataTable.of("Comparison " + number + ", by the reference's class", countColumns("Class"),
                comparison.classes().stream().map(each -> counts(each.name(), each.counts())).toList()));
        if (comparison.confusions().isEmpty()) {
            blocks.add(new Block.Paragraph("No pixel has another class than in the reference."));
        } else {
            blocks.add(confusions(number, comparison.confusions()));
        }
        if (!comparison.errors().isEmpty()) {
            blocks.add(DataTable.of("Comparison " + number + ", numeric error of outputs, relative to the reference's largest value",
                    List.of(Column.texts("Output"), Column.numbers("Relative"), Column.numbers("Largest difference")),
                    comparison.errors().stream().map(ComparisonTables::error).toList()));
        }
        comparison.layers().ifPresent(layers -> blocks.add(layers(layers)));
        blocks.addAll(pictures(number, comparison.pictures()));
        return blocks;
    }

    private static Block layers(ComparisonFile.Layers layers) {
        String picture = " on " + layers.picture() + " by a relative error above " + layers.bound();
        return new Block.Paragraph(layers.first().map(first -> "The first layer that differs" + picture + ": " + first.output() + ", "
                + first.relative().map(ComparisonTables::scientific).orElse("not finite") + ".")
                .orElse("No layer differs" + picture + "."));
    }

    private static List<Column> countColumns(String heading) {
        return List.of(Column.texts(heading), Column.numbers("Pixels"), Column.numbers("Agree"), Column.numbers("Clear"),
                Column.numbers("Agree"));
    }

    private static List<String> counts(String name, ComparisonFile.Counts counts) {
        return List.of(name, Long.toString(counts.pixels()), counts.ofAll(), counts.clearText(), counts.ofClear());
    }

    private static DataTable confusions(int number, List<ComparisonFile.Confusion> confusions) {
        List<List<String>> rows = confusions.stream().limit(MOST_CONFUSIONS).map(each -> List.of(each.a(), each.b(),
                Long.toString(each.pixels()), each.clear().map(Object::toString).orElse(DataTable.NOTHING))).toList();
        String which = confusions.size() > MOST_CONFUSIONS ? ", the " + MOST_CONFUSIONS + " most frequent of " + confusions.size() : "";
        return DataTable.of("Comparison " + number + ", which class became which" + which,
                List.of(Column.texts("In the reference"), Column.texts("Here"), Column.numbers("Pixels"), Column.numbers("Of them clear")),
                rows);
    }

    private static List<String> error(ComparisonFile.OutputError error) {
        return List.of(error.output(), error.relative().map(ComparisonTables::scientific).orElse("not finite"),
                error.largest().map(ComparisonTables::scientific).orElse("not finite"));
    }

    private static String scientific(double value) {
        return String.format(Locale.ROOT, "%.2e", value);
    }

    private static List<Block> pictures(int number, List<ComparisonFile.Picture> pictures) {
        if (pictures.size() < 2) {
            return List.of();
        }
        List<List<String>> rows = pictures.stream().limit(MOST_PICTURES).map(picture -> picture.counts()
                .map(counts -> counts(picture.name() + picture.size().map(size -> ", " + size).orElse(""), counts))
                .orElseGet(() -> List.of(picture.name(), "failed", DataTable.NOTHING, DataTable.NOTHING, DataTable.NOTHING))).toList();
        String which = pictures.size() > MOST_PICTURES ? ", the first " + MOST_PICTURES + " of " + pictures.size() : "";
        return List.of(DataTable.of("Comparison " + number + ", by picture" + which, countColumns("Picture"), rows));
    }
}
