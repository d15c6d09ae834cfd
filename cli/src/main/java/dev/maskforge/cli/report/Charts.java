package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.cli.page.StripChart;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Measurements to look at.
final class Charts {
    /// More dots would only make the file larger.
    private static final int MOST_DOTS = 400;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
    private static final String TINTS = "Blue: with an engine; orange: a framework without one.";

    private Charts() {
    }

    /// Each run of each row, a dot.
    static Block latencies(String size, Comparisons comparisons) {
        String what = size + ", from image to labels: the time of each run";
        StripChart chart = StripChart.of(what, "ms");
        StringBuilder description = new StringBuilder("Milliseconds, median and 99th percentile.");
        for (int row = 0; row < comparisons.rows().size(); row++) {
            Measured each = comparisons.rows().get(row);
            Latencies latencies = each.of(Span.IMAGE_TO_LABELS);
            List<StripChart.Mark> marks = IntStream.of(50, 90, 99)
                    .mapToObj(percent -> new StripChart.Mark("p" + percent, milliseconds(latencies.percentile(percent)))).toList();
            chart = chart.with(Figures.shortened(comparisons.heading(row)), dots(latencies), marks, tint(each));
            description.append(' ').append(comparisons.heading(row)).append(": ").append(Figures.milliseconds(latencies.median()))
                    .append(" and ").append(Figures.milliseconds(latencies.percentile(99))).append('.');
        }
        Element shown = chart.element().containing(Element.of("desc", description.toString()));
        return new Block.Graphic(shown, what + ". Each dot is a run, lines mark p50, p90 and p99; milliseconds. " + TINTS
                + (comparisons.rows().stream().anyMatch(each -> each.of(Span.IMAGE_TO_LABELS).count() > MOST_DOTS)
                        ? " Of many runs, " + MOST_DOTS + " are drawn at most, evenly chosen."
                        : ""));
    }

    private static List<Double> dots(Latencies latencies) {
        long[] runs = latencies.nanoseconds();
        int dots = Math.min(runs.length, MOST_DOTS);
        return IntStream.range(0, dots).mapToObj(dot -> milliseconds((double) runs[(int) ((long) dot * runs.length / dots)])).toList();
    }

    private static double milliseconds(double nanoseconds) {
        return nanoseconds / NANOSECONDS_PER_MILLISECOND;
    }

    private static int tint(Measured each) {
        return each.isWithoutEngine() ? 2 : 1;
    }

    private static int tint(Stage stage) {
        return switch (stage) {
            case COMPUTE -> 1;
            case POSTPROCESS -> 2;
            case DECODE, PREPROCESS -> 3;
            case HEAD -> 4;
            case TRANSFER_IN -> 5;
            case TRANSFER_OUT -> 6;
        };
    }

    /// Images a second of each row.
    static Block throughput(String size, Comparisons comparisons) {
        List<StackedBars.Bar> bars = new ArrayList<>();
        for (int row = 0; row < comparisons.rows().size(); row++) {
            Measured each = comparisons.rows().get(row);
            double rate = each.imagesPerSecond(Span.IMAGE_TO_LABELS);
            String value = Figures.number(rate) + " images/s";
            bars.add(new StackedBars.Bar(comparisons.heading(row), value,
                    List.of(new StackedBars.Part(1, tint(each), value, Double.isFinite(rate) ? rate : 0))));
        }
        String what = size + ", from image to labels: images a second";
        return new Block.Graphic(new StackedBars(what, described(bars), bars).element(false), what + "; longer is better. " + TINTS);
    }

    /// Where the time of each row goes.
    static Block stages(String size, Comparisons comparisons, List<Stage> stages) {
        List<StackedBars.Bar> bars = new ArrayList<>();
        for (int row = 0; row < comparisons.rows().size(); row++) {
            Measured each = comparisons.rows().get(row);
            List<StackedBars.Part> parts = new ArrayList<>();
            for (int stage = 0; stage < stages.size(); stage++) {
                if (each.series().stages().contains(stages.get(stage))) {
                    double mean = each.series().of(stages.get(stage)).mean();
                    parts.add(new StackedBars.Part(stage + 1, tint(stages.get(stage)),
                            stages.get(stage) + " " + Figures.milliseconds(mean) + " ms", mean));
                }
            }
            bars.add(new StackedBars.Bar(comparisons.heading(row), Figures.milliseconds(each.of(Span.IMAGE_TO_LABELS).mean()) + " ms",
                    parts));
        }
        String what = size + ": mean time by stage";
        List<Element> legend = IntStream.range(0, stages.size()).mapToObj(stage -> Element.of("li",
                Element.of("span").with("class", "swatch tint-" + tint(stages.get(stage))),
                Content.text((stage + 1) + " " + stages.get(stage)))).toList();
        Element shown = Element.of("div", Element.of("ul").with("class", "legend stages").containing(legend),
                new StackedBars(what, described(bars), bars).element(true));
        return new Block.Graphic(shown, what + ", numbered as above; stages stand in the order in which they run. Shorter is better.");
    }

    private static String described(List<StackedBars.Bar> bars) {
        StringBuilder text = new StringBuilder();
        for (StackedBars.Bar bar : bars) {
            text.append(bar.name()).append(": ").append(bar.value());
            if (bar.parts().size() > 1) {
                bar.parts().forEach(part -> text.append(", ").append(part.text()));
            }
            text.append(". ");
        }
        return text.toString().strip();
    }

    /// What is drawn under one roof: results of one device with the same ceilings.
    private record Roof(String device, Ceilings ceilings) {}

    /// A roofline for each device, and what has none.
    static List<Block> rooflines(SequencedMap<String, Comparisons> sizes) {
        SequencedMap<Roof, List<Roofline.Point>> roofs = new LinkedHashMap<>();
        List<String> without = new ArrayList<>();
        sizes.forEach((size, comparisons) -> {
            for (int row = 0; row < comparisons.rows().size(); row++) {
                Measured each = comparisons.rows().get(row);
                String name = size + ", " + each.label();
                double seconds = each.of(Span.ENGINE_ONLY).median() / 1e9;
                comparisons.work(row).filter(work -> Roofline.canShow(work, seconds))
                        .ifPresentOrElse(work -> {
                            List<Roofline.Point> points = roofs.computeIfAbsent(
                                    new Roof(each.result().setup().device().name(), work.ceilings()), _ -> new ArrayList<>());
                            points.add(new Roofline.Point(points.size() + 1, name, work.productFlops(), work.compulsoryBytes(), seconds,
                                    work.floorSeconds() / seconds, each.isWithoutEngine()));
                        }, () -> without.add(name));
            }
        });
        List<Block> blocks = new ArrayList<>();
        roofs.forEach((roof, points) -> blocks.addAll(roofline(roof, points)));
        if (!without.isEmpty()) {
            blocks.add(
                    new Block.Paragraph("Not drawn, since no file says how much there is to compute: " + String.join("; ", without) + "."));
        }
        return blocks;
    }

    private static List<Block> roofline(Roof roof, List<Roofline.Point> points) {
        List<List<String>> rows = points.stream()
                .map(point -> List.of(point.number() + " " + point.name(), Figures.number(point.intensity()),
                        Figures.number(point.rate() / 1e9), Figures.percent(point.shareOfFloor())))
                .toList();
        Ceilings ceilings = roof.ceilings();
        return List.of(new Block.Graphic(new Roofline(ceilings, points).element(),
                roof.device() + ". The roof is what this machine was seen to do: "
                        + Figures.amount(ceilings.productFlopsPerSecond(), "FLOP/s")
                        + " in products of matrices, " + Figures.amount(ceilings.convolutionFlopsPerSecond(), "FLOP/s")
                        + " in convolutions, the better of which is the level part, and "
                        + Figures.amount(ceilings.copiedBytesPerSecond(), "B/s")
                        + " of copying, the slope. To the right: operations for each byte that must be moved. Upwards: operations a second. "
                        + "Numbers are the table’s rows. " + TINTS),
                DataTable.of("Points of the roofline of " + roof.device() + ", engine only, by the median",
                        List.of(DataTable.Column.texts("Point"), DataTable.Column.numbers("FLOP a byte"),
                                DataTable.Column.numbers("GFLOP/s"),
                                DataTable.Column.numbers("Of floor")),
                        rows));
    }
}
