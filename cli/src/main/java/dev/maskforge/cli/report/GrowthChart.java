package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Milliseconds against what they grow with, both axes logarithmic, with the power laws through them.
///
/// @param what  they grow with, such as `pixels`
/// @param lines at least one
record GrowthChart(String what, List<Line> lines) {
    private static final int HEIGHT = 340;
    private static final int BOTTOM = 312;
    private static final int TOP = 12;
    private static final double LEFT = 1;
    /// Room for the numbers of lines.
    private static final double RIGHT = 95;
    private static final int RADIUS = 4;
    private static final int LINE_HEIGHT = 14;

    GrowthChart {
        lines = List.copyOf(lines);
    }

    /// @param number          by which the words beside the chart name it
    /// @param points          medians, in milliseconds
    /// @param law             through them
    /// @param isWithoutEngine whether it is drawn as one of those to be beaten
    record Line(int number, String name, List<PowerLaw.Point> points, PowerLaw law, boolean isWithoutEngine) {
        Line {
            points = List.copyOf(points);
        }

        private double least() {
            return points.stream().mapToDouble(PowerLaw.Point::x).min().orElseThrow();
        }

        private double most() {
            return points.stream().mapToDouble(PowerLaw.Point::x).max().orElseThrow();
        }

        /// The points, and the ends of the law, which may lie outside them.
        private Stream<Double> heights() {
            return Stream.concat(points.stream().map(PowerLaw.Point::y), Stream.of(law.at(least()), law.at(most())));
        }
    }

    Element element() {
        LogAxis across = LogAxis.over(lines.stream().flatMap(line -> line.points().stream()).mapToDouble(PowerLaw.Point::x));
        LogAxis up = LogAxis.over(lines.stream().flatMap(Line::heights).mapToDouble(Double::doubleValue));
        List<Content> shapes = new ArrayList<>();
        shapes.add(Element.of("title", "Milliseconds against " + what));
        shapes.add(Element.of("desc", description()));
        for (double mark : across.marks()) {
            shapes.add(line(x(across, mark), BOTTOM, x(across, mark), TOP, "grid"));
            shapes.add(text(Figures.amount(mark, ""), x(across, mark), BOTTOM + 16,
                    mark == across.from() ? "start" : "middle"));
        }
        for (double mark : up.marks()) {
            shapes.add(line(LEFT, y(up, mark), RIGHT, y(up, mark), "grid"));
            shapes.add(text(time(mark), LEFT + 0.5, y(up, mark) - 3, "start"));
        }
        Map<Double, Double> free = new HashMap<>(); // by where lines end, since only those that end together share room
        List<Line> fromBelow = lines.stream().sorted((a, b) -> Double.compare(a.law().at(a.most()), b.law().at(b.most()))).toList();
        for (Line each : fromBelow) {
            double end = y(up, each.law().at(each.most()));
            shapes.add(line(x(across, each.least()), y(up, each.law().at(each.least())), x(across, each.most()), end, "roof"));
            for (PowerLaw.Point point : each.points()) {
                shapes.add(Element.of("circle", Element.of("title", each.name())).with("cx", percent(x(across, point.x())))
                        .with("cy", y(up, point.y())).with("r", RADIUS).with("class", "dot tint-" + (each.isWithoutEngine() ? 2 : 1)));
            }
            double label = Math.max(TOP, Math.min(end + 4, free.getOrDefault(each.most(), (double) BOTTOM)));
            free.put(each.most(), label - LINE_HEIGHT);
            shapes.add(text(Integer.toString(each.number()), x(across, each.most()) + 1.2, label, "start"));
        }
        return Element.of("svg").with("class", "chart roofline").with("role", "img").with("width", "100%").with("height", HEIGHT)
                .containing(shapes);
    }

    private static String time(double milliseconds) {
        return milliseconds < 1000 ? Figures.amount(milliseconds, "ms") : Figures.amount(milliseconds / 1000, "s");
    }

    private String description() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.name()).append(": ").append(what).append(" to the ")
                .append(Figures.fixed(line.law().exponent(), 3)).append(". "));
        return text.toString().strip();
    }

    private static Element text(String text, double x, double y, String anchor) {
        return Element.of("text", text).with("x", percent(x)).with("y", y).with("text-anchor", anchor).with("class", "mark");
    }

    private static Element line(double x1, double y1, double x2, double y2, String kind) {
        return Element.of("line").with("x1", percent(x1)).with("y1", y1).with("x2", percent(x2)).with("y2", y2).with("class", kind);
    }

    private static double x(LogAxis axis, double value) {
        return LEFT + (RIGHT - LEFT) * axis.place(value);
    }

    private static double y(LogAxis axis, double value) {
        return BOTTOM - (BOTTOM - TOP) * axis.place(value);
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.3f%%", value);
    }
}
