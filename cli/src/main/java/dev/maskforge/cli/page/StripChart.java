package dev.maskforge.cli.page;

import java.util.ArrayList;
import java.util.List;

/// Several series of measured values above one axis: every value a dot, and three lines for what sums them up.
///
/// Places along the axis are percentages, so that the chart takes any width and its letters keep their size.
public final class StripChart {
    private static final int TITLE_HEIGHT = 22;
    private static final int STRIP_HEIGHT = 32;
    private static final int GAP = 10;
    private static final int AXIS_HEIGHT = 20;
    private static final int ROW_HEIGHT = TITLE_HEIGHT + STRIP_HEIGHT + GAP;
    private static final int DOT_RADIUS = 3;
    private static final int MARKS = 5;
    /// Dots lie in so many rows in turn, so that equal values can be told apart.
    private static final int DOT_ROWS = 5;
    private static final double SIDE_PERCENT = 2;

    private final String alternative;
    private final String unit;
    private final List<Series> series;

    private StripChart(String alternative, String unit, List<Series> series) {
        this.alternative = alternative;
        this.unit = unit;
        this.series = List.copyOf(series);
    }

    /// @param lines values to be marked, each with its name
    /// @param tint  which of the page's colours, 1 or more
    private record Series(String title, List<Double> values, List<Mark> lines, int tint) {
        double largest() {
            return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        }
    }

    /// A value that is marked.
    public record Mark(String name, double value) {}

    /// An empty chart.
    ///
    /// @param alternative what it shows, for those who do not see it
    /// @param unit        of the values, such as `ms`
    public static StripChart of(String alternative, String unit) {
        return new StripChart(alternative, unit, List.of());
    }

    /// The same with a series below.
    ///
    /// @param values one or more, in the order in which they were measured
    /// @param tint   which of the page's colours, 1 or more
    public StripChart with(String title, List<Double> values, List<Mark> marks, int tint) {
        List<Series> more = new ArrayList<>(series);
        more.add(new Series(title, List.copyOf(values), List.copyOf(marks), tint));
        return new StripChart(alternative, unit, more);
    }

    public Element element() {
        double largest = series.stream().mapToDouble(Series::largest).max().orElseThrow();
        Axis axis = Axis.over(0, largest, MARKS);
        int height = series.size() * ROW_HEIGHT;
        List<Element> shapes = new ArrayList<>();
        for (double mark : axis.marks()) {
            shapes.add(line(axis.place(mark), 0, height, "grid"));
            shapes.add(text(axis.place(mark), height + AXIS_HEIGHT - 4, Numbers.shortest(mark), "middle", "mark"));
        }
        for (int i = 0; i < series.size(); i++) {
            shapes.addAll(strip(series.get(i), axis, i * ROW_HEIGHT));
        }
        return Element.of("svg", Element.of("title", alternative)).with("class", "chart").with("role", "img").with("width", "100%")
                .with("height", height + AXIS_HEIGHT).containing(shapes);
    }

    private List<Element> strip(Series shown, Axis axis, int top) {
        List<Element> shapes = new ArrayList<>();
        shapes.add(text(0, top + TITLE_HEIGHT - 5, shown.title(), "start", "title"));
        int strip = top + TITLE_HEIGHT;
        for (int i = 0; i < shown.values().size(); i++) {
            double y = strip + STRIP_HEIGHT * (0.5 + i % DOT_ROWS) / DOT_ROWS;
            shapes.add(Element.of("circle").with("cx", percent(axis.place(shown.values().get(i)))).with("cy", y).with("r", DOT_RADIUS)
                    .with("class", "dot tint-" + shown.tint()));
        }
        for (Mark mark : shown.lines()) {
            shapes.add(line(axis.place(mark.value()), strip, strip + STRIP_HEIGHT, "summary").containing(
                    Element.of("title", mark.name() + " " + Numbers.fixed(mark.value(), 1) + " " + unit)));
        }
        return shapes;
    }

    private static Element line(double place, int top, int bottom, String kind) {
        return Element.of("line").with("x1", percent(place)).with("x2", percent(place)).with("y1", top).with("y2", bottom)
                .with("class", kind);
    }

    private static Element text(double place, int y, String text, String anchor, String kind) {
        return Element.of("text", text).with("x", percent(place)).with("y", y).with("text-anchor", anchor).with("class", kind);
    }

    /// Dots at the ends are whole: the outermost places lie inside.
    private static String percent(double place) {
        return Numbers.shortest(SIDE_PERCENT + (100 - 2 * SIDE_PERCENT) * place) + "%";
    }
}
