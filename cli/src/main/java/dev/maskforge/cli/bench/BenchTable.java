package dev.maskforge.cli.bench;

import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Ratio;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Series;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Results that were measured against each other at one size, for a terminal: a table for each span, one of the stages, and
/// one of what it took to get there.
public final class BenchTable {
    private final List<Result> results;
    private final List<Series> series;

    /// @param results not empty; the others are compared with the first
    public BenchTable(List<Result> results) {
        this.results = List.copyOf(results);
        this.series = results.stream().map(Result::series).toList();
    }

    /// The lines.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(title());
        for (Span span : List.of(Span.IMAGE_TO_LABELS, Span.ENGINE_ONLY)) {
            lines.add("");
            lines.addAll(spanTable(span));
        }
        lines.add("");
        lines.addAll(stageTable());
        lines.add("");
        lines.addAll(preparationTable());
        return lines;
    }

    private String title() {
        Result first = results.getFirst();
        Protocol protocol = first.protocol();
        return String.format(Locale.ROOT, "%s, %d to a run, %s, %d threads, %s; %s; %d warm-ups, %s %d runs in %d rounds",
                first.setup().size(),
                first.setup().batch(), first.setup().precision(), first.setup().threads(), first.setup().device().name(),
                first.pictures().source(), protocol.warmups(), protocol.enough().isPresent() ? "up to" : "then", protocol.runs(),
                protocol.rounds());
    }

    private List<String> spanTable(Span span) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(span + ", ms", "runs", "total s", "min", "p50", "p90", "p99", "mean", "cv", "images/s", "speed-up", "of floor",
                "agreement", "of clear pixels"));
        for (int i = 0; i < results.size(); i++) {
            Result result = results.get(i);
            Latencies latencies = series.get(i).of(span);
            rows.add(List.of(result.subject(), Integer.toString(latencies.count()), number(latencies.mean() * latencies.count() / 1e9),
                    milliseconds(latencies.minimum()), milliseconds(latencies.median()), milliseconds(latencies.percentile(90)),
                    milliseconds(latencies.percentile(99)), milliseconds(latencies.mean()), percent(latencies.coefficientOfVariation()),
                    number(result.setup().batch() * 1e9 / latencies.mean()), speedup(i, span),
                    result.shareOfFloor(span).map(BenchTable::percent).orElse("-"),
                    result.fidelity().map(each -> exactPercent(each.equal(), each.pixels())).orElse("-"),
                    result.fidelity().map(BenchTable::ofClear).orElse("-")));
        }
        return Columns.align(rows);
    }

    private String speedup(int row, Span span) {
        if (row == 0) {
            return "1";
        }
        Ratio ratio = Ratio.of(series.getFirst(), series.get(row), span);
        return String.format(Locale.ROOT, "%.2f ± %.0f %%%s", ratio.speedup(), 100 * ratio.spread(), ratio.isTie() ? " tie" : "");
    }

    private static String ofClear(Fidelity fidelity) {
        return exactPercent(fidelity.clearEqual(), fidelity.clear()) + (fidelity.conclusive() ? "" : ", inconclusive");
    }

    private List<String> stageTable() {
        Set<Stage> stages = new TreeSet<>();
        series.forEach(each -> stages.addAll(each.stages()));
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("stages, ms, mean"));
        boolean decodes = results.stream().anyMatch(result -> result.decode().isPresent());
        if (decodes) {
            head.add("(" + Stage.DECODE + ")");
        }
        stages.forEach(stage -> head.add(stage.toString()));
        head.add("sum");
        rows.add(head);
        for (int i = 0; i < results.size(); i++) {
            Series runs = series.get(i);
            List<String> row = new ArrayList<>(List.of(runs.subject()));
            if (decodes) {
                row.add(results.get(i).decode().map(latencies -> milliseconds(latencies.mean())).orElse("-"));
            }
            stages.forEach(stage -> row.add(runs.stages().contains(stage) ? milliseconds(runs.of(stage).mean()) : "-"));
            row.add(milliseconds(runs.of(Span.IMAGE_TO_LABELS).mean()));
            rows.add(row);
        }
        return Columns.align(rows);
    }

    private List<String> preparationTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("before the first run", "build s", "load s", "file MB", "memory MB", "GFLOP", "of these products", "floor ms"));
        results.forEach(result -> {
            Preparation preparation = result.preparation();
            rows.add(List.of(result.subject(), seconds(preparation.buildSeconds()), seconds(preparation.loadSeconds()),
                    number(preparation.artefactBytes() / 1e6),
                    preparation.memory().map(memory -> number(memory.bytes() / 1e6)).orElse("-"),
                    result.work().map(work -> number((work.productFlops() + work.otherFlops()) / 1e9)).orElse("-"),
                    result.work().map(work -> number(work.productFlops() / 1e9)).orElse("-"),
                    result.work().map(work -> milliseconds(work.floorSeconds() * 1e9)).orElse("-")));
        });
        return Columns.align(rows);
    }

    private static String seconds(Optional<Double> seconds) {
        return seconds.map(BenchTable::number).orElse("-");
    }

    private static String milliseconds(double nanoseconds) {
        return number(nanoseconds / 1e6);
    }

    /// Four digits or more, and no more behind the point than say something.
    private static String number(double value) {
        int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /// Cut off, not rounded: 100 % means all.
    private static String exactPercent(long part, long whole) {
        return whole == 0 ? "none" : String.format(Locale.ROOT, "%.4f %%", Math.floor(1e6 * part / whole) / 1e4);
    }
}
