package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Work;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// How fast networks compute, below what their machine can: floating-point operations a second against operations for each
/// byte that must be moved, both axes logarithmic (Williams, Waterman, Patterson, "Roofline: an insightful visual
/// performance model for multicore architectures", 2009). Where a point lies under the roof, the distance up to it is the
/// share of the floor that its row names.
///
/// @param ceilings of the machine
/// @param points   at least one
record Roofline(Ceilings ceilings, List<Point> points) {
    private static final int HEIGHT = 340;
    private static final int BOTTOM = 312;
    private static final int TOP = 12;
    private static final double LEFT = 1;
    private static final double RIGHT = 99;
    private static final int RADIUS = 4;
    /// How far numbers stand from their dots, and how close dots must be to share a column of numbers; percent.
    private static final double LEADER = 1.8;
    private static final double COLUMN = 2.5;
    private static final int LINE_HEIGHT = 14;
    private static final double SMALLEST = 1e-6;
    private static final double LARGEST = 1e21;

    Roofline {
        points = List.copyOf(points);
    }

    /// Whether rates are such as machines have; files may say anything.
    static boolean canShow(Work work, double seconds) {
        return DoubleStream.of(work.productFlops() / seconds, (double) work.productFlops() / work.compulsoryBytes(),
                work.ceilings().flopsPerSecond(), work.ceilings().copiedBytesPerSecond(),
                work.ceilings().flopsPerSecond() / work.ceilings().copiedBytesPerSecond())
                .allMatch(rate -> rate > SMALLEST && rate < LARGEST);
    }

    /// @param number           by which the words beside the chart name it
    /// @param name             what it is
    /// @param flops            that a run computes
    /// @param bytes            that it must move
    /// @param seconds          that it took
    /// @param shareOfFloor     which share of that the least time is
    /// @param isWithoutEngine  whether it is drawn as one of those to be beaten
    record Point(int number, String name, double flops, double bytes, double seconds, double shareOfFloor,
            boolean isWithoutEngine) {
        double intensity() {
            return flops / bytes;
        }

        double rate() {
            return flops / seconds;
        }
    }

    private double ridge() {
        return ceilings.flopsPerSecond() / ceilings.copiedBytesPerSecond();
    }

    Element element() {
        LogAxis across = LogAxis.over(DoubleStream.concat(points.stream().mapToDouble(Point::intensity), DoubleStream.of(ridge())));
        LogAxis up = LogAxis.over(DoubleStream.concat(points.stream().mapToDouble(Point::rate),
                DoubleStream.of(ceilings.flopsPerSecond())));
        List<Content> shapes = new ArrayList<>();
        shapes.add(Element.of("title", "Roofline: speed against work for each byte"));
        shapes.add(Element.of("desc", description()));
        shapes.addAll(grid(across, up));
        shapes.addAll(roof(across, up));
        shapes.addAll(marks(across, up));
        shapes.addAll(dots(points, across, up));
        return Element.of("svg").with("class", "chart roofline").with("role", "img").with("width", "100%").with("height", HEIGHT)
                .containing(shapes);
    }

    private String description() {
        StringBuilder text = new StringBuilder("The machine computes at most " + Figures.amount(ceilings.flopsPerSecond(), "FLOP/s")
                + " and copies " + Figures.amount(ceilings.copiedBytesPerSecond(), "B/s") + ".");
        points.forEach(point -> text.append(' ').append(point.number()).append(", ").append(point.name()).append(": ")
                .append(Figures.amount(point.rate(), "FLOP/s")).append(" at ").append(Figures.number(point.intensity()))
                .append(" FLOP a byte."));
        return text.toString();
    }

    private static List<Element> grid(LogAxis across, LogAxis up) {
        List<Element> shapes = new ArrayList<>();
        for (double mark : across.marks()) {
            double x = x(across.place(mark));
            shapes.add(line(x, BOTTOM, x, TOP, "grid"));
        }
        for (double mark : up.marks()) {
            shapes.add(line(LEFT, y(up.place(mark)), RIGHT, y(up.place(mark)), "grid"));
        }
        return shapes;
    }

    /// They stand before the roof, which would run through them.
    private static List<Element> marks(LogAxis across, LogAxis up) {
        List<Element> shapes = new ArrayList<>();
        for (double mark : across.marks()) {
            shapes.add(text(Figures.amount(mark, ""), x(across.place(mark)), BOTTOM + 16,
                    mark == across.from() ? "start" : mark == across.to() ? "end" : "middle"));
        }
        for (double mark : up.marks()) {
            shapes.add(text(Figures.amount(mark, "FLOP/s"), LEFT + 0.5, y(up.place(mark)) - 3, "start"));
        }
        return shapes;
    }

    /// From where copying enters the picture, at its left or at its bottom, up to where computing limits.
    private List<Element> roof(LogAxis across, LogAxis up) {
        double from = Math.max(across.from(), up.from() / ceilings.copiedBytesPerSecond());
        double top = y(up.place(ceilings.flopsPerSecond()));
        List<Element> shapes = new ArrayList<>();
        shapes.add(line(x(across.place(from)), y(up.place(from * ceilings.copiedBytesPerSecond())), x(across.place(ridge())), top, "roof"));
        shapes.add(line(x(across.place(ridge())), top, RIGHT, top, "roof"));
        return shapes;
    }

    /// The numbers stand beside the dots, those of dots close to each other below each other.
    private static List<Element> dots(List<Point> points, LogAxis across, LogAxis up) {
        List<Element> shapes = new ArrayList<>();
        double column = Double.NEGATIVE_INFINITY;
        double free = TOP;
        List<Point> fromLeftAndTop = points.stream().sorted(Comparator.comparingLong((Point point) -> Math.round(
                x(across.place(point.intensity())) / COLUMN)).thenComparingDouble(point -> -point.rate())).toList();
        for (Point point : fromLeftAndTop) {
            double x = x(across.place(point.intensity()));
            double y = y(up.place(point.rate()));
            if (Math.abs(x - column) > COLUMN) {
                column = x;
                free = TOP;
            }
            double label = Math.max(y, free);
            free = label + LINE_HEIGHT;
            Element title = Element.of("title", point.number() + " " + point.name());
            boolean isAtRight = x > RIGHT - 2 * LEADER;
            double end = isAtRight ? x - LEADER : x + LEADER;
            shapes.add(line(x, y, end, label, "grid"));
            shapes.add(Element.of("circle", title).with("cx", percent(x)).with("cy", y).with("r", RADIUS).with("class",
                    "dot tint-" + (point.isWithoutEngine() ? 2 : 1)));
            shapes.add(Element.of("text", Integer.toString(point.number())).with("x", percent(end)).with("y", label + 4)
                    .with("text-anchor", isAtRight ? "end" : "start"));
        }
        return shapes;
    }

    private static Element text(String text, double x, double y, String anchor) {
        return Element.of("text", text).with("x", percent(x)).with("y", y).with("text-anchor", anchor).with("class", "mark");
    }

    private static Element line(double x1, double y1, double x2, double y2, String kind) {
        return Element.of("line").with("x1", percent(x1)).with("y1", y1).with("x2", percent(x2)).with("y2", y2).with("class", kind);
    }

    private static double x(double place) {
        return LEFT + (RIGHT - LEFT) * place;
    }

    private static double y(double place) {
        return BOTTOM - (BOTTOM - TOP) * place;
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.3f%%", value);
    }
}
