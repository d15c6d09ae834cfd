package dev.maskforge.cli.report;

import dev.maskforge.cli.report.DataTable.Column;
import dev.maskforge.cli.report.DataTable.Group;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Series;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// What was measured at one size, as tables.
final class MeasuredTables {
    private final String size;
    private final Comparisons comparisons;

    MeasuredTables(String size, Comparisons comparisons) {
        this.size = size;
        this.comparisons = comparisons;
    }

    /// Latency and throughput of a part of the runs; the others are compared with the first.
    DataTable of(Span span) {
        List<List<String>> rows = new ArrayList<>();
        for (int row = 0; row < comparisons.rows().size(); row++) {
            Measured each = comparisons.rows().get(row);
            Latencies latencies = each.of(span);
            rows.add(List.of(comparisons.heading(row), Integer.toString(latencies.count()),
                    Figures.milliseconds(latencies.minimum()), Figures.milliseconds(latencies.median()),
                    Figures.milliseconds(latencies.percentile(90)), Figures.milliseconds(latencies.percentile(99)),
                    Figures.milliseconds(latencies.mean()), Figures.percent(latencies.coefficientOfVariation()),
                    Figures.number(each.imagesPerSecond(span)),
                    comparisons.against(row, span).map(Comparisons.Against::text).orElse(DataTable.NOTHING),
                    comparisons.against(row, span).map(against -> Integer.toString(against.row() + 1)).orElse(DataTable.NOTHING),
                    comparisons.shareOfFloor(row, span).map(Figures::percent).orElse(DataTable.NOTHING),
                    each.result().setup().libraries()));
        }
        return DataTable.of(size + ", " + span + ", milliseconds a run",
                List.of(Column.texts("Row"), Column.numbers("Runs"), Column.numbers("Min"), Column.numbers("p50"),
                        Column.numbers("p90"), Column.numbers("p99"), Column.numbers("Mean"), Column.numbers("Variation"),
                        Column.numbers("Images/s"), Column.texts("Speed-up"), Column.numbers("Over row"), Column.numbers("Of floor"),
                        Column.texts("Software")),
                rows);
    }

    /// The stages that occur in any run, in their order.
    Set<Stage> stages() {
        Set<Stage> stages = new TreeSet<>();
        comparisons.rows().forEach(each -> stages.addAll(each.series().stages()));
        return stages;
    }

    /// Where the time goes.
    DataTable byStage() {
        boolean decodes = comparisons.rows().stream().anyMatch(each -> each.result().decode().isPresent());
        List<Column> columns = new ArrayList<>(List.of(Column.texts("Row")));
        stages().forEach(stage -> columns.add(Column.numbers(stage.toString())));
        columns.add(Column.numbers("sum"));
        if (decodes) {
            columns.add(Column.numbers(Stage.DECODE + ", not in it"));
        }
        List<List<String>> rows = IntStream.range(0, comparisons.rows().size()).mapToObj(row -> {
            Measured each = comparisons.rows().get(row);
            List<String> cells = new ArrayList<>(List.of(comparisons.heading(row)));
            stages().forEach(stage -> cells.add(mean(each.series(), stage)));
            cells.add(Figures.milliseconds(each.of(Span.IMAGE_TO_LABELS).mean()));
            if (decodes) {
                cells.add(each.result().decode().map(latencies -> Figures.milliseconds(latencies.mean())).orElse(DataTable.NOTHING));
            }
            return cells;
        }).toList();
        return DataTable.of(size + ", mean milliseconds of each stage; a dash where there is no such stage", columns, rows);
    }

    private static String mean(Series series, Stage stage) {
        return series.stages().contains(stage) ? Figures.milliseconds(series.of(stage).mean()) : DataTable.NOTHING;
    }

    /// What it took to get ready, and what there is to do.
    DataTable preparation() {
        List<List<String>> rows = IntStream.range(0, comparisons.rows().size())
                .mapToObj(this::preparation).toList();
        return DataTable.of(size + ", before the first run, and what a run has to do",
                List.of(Column.texts("Row"), Column.numbers("Build, s"), Column.numbers("Load, s"), Column.numbers("File"),
                        Column.numbers("Memory"), Column.numbers("GFLOP"), Column.numbers("Of these products"),
                        Column.numbers("Floor, ms")),
                rows);
    }

    private List<String> preparation(int row) {
        Result result = comparisons.rows().get(row).result();
        Preparation preparation = result.preparation();
        Optional<Work> work = comparisons.work(row);
        return List.of(comparisons.heading(row), preparation.buildSeconds().map(Figures::number).orElse(DataTable.NOTHING),
                preparation.loadSeconds().map(Figures::number).orElse(DataTable.NOTHING),
                Figures.amount((double) preparation.artefactBytes(), "B"),
                preparation.memory().map(memory -> Figures.amount((double) memory.bytes(), "B") + " (" + memory.of() + ")")
                        .orElse(DataTable.NOTHING),
                work.map(each -> Figures.number((each.productFlops() + each.otherFlops()) / 1e9)).orElse(DataTable.NOTHING),
                work.map(each -> Figures.number(each.productFlops() / 1e9)).orElse(DataTable.NOTHING),
                work.map(each -> Figures.number(each.floorSeconds() * 1e3)).orElse(DataTable.NOTHING));
    }

    /// How far labels agree with those of the references that were asked in the same run.
    static DataTable agreement(SequencedMap<String, Comparisons> sizes) {
        List<Group> groups = new ArrayList<>();
        sizes.forEach((size, comparisons) -> {
            List<List<String>> rows = new ArrayList<>();
            for (int row = 0; row < comparisons.rows().size(); row++) {
                String heading = comparisons.heading(row);
                comparisons.rows().get(row).result().fidelity().ifPresent(fidelity -> rows.add(agreement(heading, fidelity)));
            }
            groups.add(new Group(Optional.of(size), rows));
        });
        return new DataTable("Agreement of labels in the runs that were timed; clear pixels are those of which the reference is sure",
                List.of(Column.texts("Row"), Column.numbers("Pixels"), Column.numbers("Agree"), Column.numbers("Clear"),
                        Column.numbers("Agree"), Column.numbers("Of clear"), Column.numbers("Classes"), Column.texts("Says"),
                        Column.texts("Reference")),
                groups.stream().filter(group -> !group.rows().isEmpty()).toList());
    }

    private static List<String> agreement(String heading, Fidelity fidelity) {
        return List.of(heading, Long.toString(fidelity.pixels()), Long.toString(fidelity.equal()),
                Long.toString(fidelity.clear()), Long.toString(fidelity.clearEqual()),
                Figures.exactShare(fidelity.clearEqual(), fidelity.clear()), Integer.toString(fidelity.classes()),
                fidelity.conclusive() ? "conclusive" : "inconclusive", fidelity.reference());
    }
}
