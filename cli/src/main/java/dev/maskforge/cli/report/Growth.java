package dev.maskforge.cli.report;

import dev.maskforge.cli.report.DataTable.Column;
import dev.maskforge.measure.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// How the time of an image grows with its pixels, and falls with threads: medians from image to labels, and the power law
/// through them.
final class Growth {
    /// Plain exports and plans are a file a size.
    private static final Pattern SIZE_OF_FILE = Pattern.compile("(-(?:plain|fp32|tf32|fp16|int8))-\\d+x\\d+");
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    private final SequencedMap<Series, List<Measured>> byPixels = new LinkedHashMap<>();
    private final SequencedMap<Series, List<Measured>> byThreads = new LinkedHashMap<>();

    private Growth(List<Measured> measured) {
        for (Measured each : measured) {
            String threads = Figures.counted(each.result().setup().threads(), "thread");
            byPixels.computeIfAbsent(Series.of(each, threads), _ -> new ArrayList<>()).add(each);
            byThreads.computeIfAbsent(Series.of(each, each.size()), _ -> new ArrayList<>()).add(each);
        }
        byPixels.values().removeIf(series -> series.stream().mapToLong(Measured::pixels).distinct().count() < 2);
        byThreads.values().removeIf(series -> series.stream().mapToInt(each -> each.result().setup().threads()).distinct().count() < 2);
    }

    /// What differs in one thing only.
    ///
    /// @param name      of the network and what it ran in, without sizes
    /// @param held      what is the same beside that, in words
    private record Series(String name, String device, String engine, String precision, int batch, String held) {
        static Series of(Measured each, String held) {
            var setup = each.result().setup();
            return new Series(SIZE_OF_FILE.matcher(each.label()).replaceAll("$1"), setup.device().name(), setup.engine(),
                    setup.precision(), setup.batch(), held);
        }
    }

    static List<Block> of(List<Measured> measured) {
        Growth growth = new Growth(measured);
        List<Block> blocks = new ArrayList<>();
        if (growth.byPixels.isEmpty() && growth.byThreads.isEmpty()) {
            return List.of(new Block.Paragraph("Nothing was measured at more than one size, or with more than one number of threads."));
        }
        blocks.add(
                new Block.Paragraph("Medians from image to labels, and the power law through them, by least squares of their logarithms: "
                        + "with an exponent of 1 an image of twice the pixels takes twice as long, with one of -1 twice the threads take half. The "
                        + "residual is how far the medians lie from the law; through two there is always one, and no residual."));
        growth.add("pixels", "Pixels", growth.byPixels, Measured::pixels, blocks);
        growth.add("threads", "Threads", growth.byThreads, each -> each.result().setup().threads(), blocks);
        return blocks;
    }

    private void add(String what, String heading, SequencedMap<Series, List<Measured>> all, ToDoubleFunction<Measured> x,
            List<Block> blocks) {
        List<List<String>> rows = new ArrayList<>();
        List<GrowthChart.Line> lines = new ArrayList<>();
        all.forEach((series, results) -> {
            List<PowerLaw.Point> points = results.stream()
                    .map(each -> new PowerLaw.Point(x.applyAsDouble(each),
                            each.of(Span.IMAGE_TO_LABELS).median() / NANOSECONDS_PER_MILLISECOND))
                    .toList();
            PowerLaw.through(points).ifPresent(law -> {
                String name = lines.size() + 1 + " " + series.name() + ", " + series.held();
                lines.add(new GrowthChart.Line(lines.size() + 1, name, points, law, results.getFirst().isWithoutEngine()));
                rows.add(List.of(name, Integer.toString(points.size()), range(points), Figures.fixed(law.exponent(), 3),
                        law.residual().isPresent() ? Figures.percent(law.residual().getAsDouble()) : DataTable.NOTHING));
            });
        });
        if (lines.isEmpty()) {
            return;
        }
        blocks.add(new Block.Heading("With " + what));
        blocks.add(new Block.Graphic(new GrowthChart(what, lines).element(), "Milliseconds against " + what
                + ", both logarithmic. Dots are medians, lines their power laws, numbers the table’s rows. Blue: with an engine; orange: a framework without one."));
        blocks.add(DataTable.of("How time grows with " + what, List.of(Column.texts("Row"), Column.numbers("Medians"),
                Column.texts(heading), Column.numbers("Exponent"), Column.numbers("Residual")), rows));
    }

    private static String range(List<PowerLaw.Point> points) {
        double least = points.stream().mapToDouble(PowerLaw.Point::x).min().orElseThrow();
        double most = points.stream().mapToDouble(PowerLaw.Point::x).max().orElseThrow();
        return Figures.fixed(least, 0) + " to " + Figures.fixed(most, 0);
    }
}
