package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Bars below each other, each of one part or of several, with its name and its value above it. The longest takes the whole
/// width.
///
/// Places are percentages, so that the chart takes any width and its letters keep their size. Parts have a number besides
/// their colour where there is room for it.
///
/// @param title       what it shows
/// @param description the same in more words, for those who do not see it
/// @param bars        from top to bottom, at least one
record StackedBars(String title, String description, List<Bar> bars) {
    private static final int NAME_HEIGHT = 20;
    private static final int BAR_HEIGHT = 16;
    private static final int GAP = 8;
    private static final int ROW_HEIGHT = NAME_HEIGHT + BAR_HEIGHT + GAP;
    private static final double NARROWEST_NUMBERED = 5;

    StackedBars {
        bars = List.copyOf(bars);
    }

    /// @param name  of the bar
    /// @param value what it comes to, as text
    record Bar(String name, String value, List<Part> parts) {
        Bar {
            parts = List.copyOf(parts);
        }

        double sum() {
            return parts.stream().mapToDouble(Part::length).sum();
        }
    }

    /// @param number of its kind, from 1
    /// @param tint   which of the page's colours, from 1
    /// @param text   what it says when asked
    /// @param length not negative, in the unit of all parts
    record Part(int number, int tint, String text, double length) {}

    /// @param isNumbered whether parts bear their numbers: there is more than one kind of them
    Element element(boolean isNumbered) {
        double longest = bars.stream().mapToDouble(Bar::sum).max().orElse(0);
        List<Content> shapes = new ArrayList<>(List.of(Element.of("title", title), Element.of("desc", description)));
        for (int i = 0; i < bars.size(); i++) {
            shapes.addAll(bar(bars.get(i), longest == 0 ? 1 : longest, i * ROW_HEIGHT, isNumbered));
        }
        return Element.of("svg").with("class", "chart").with("role", "img").with("width", "100%").with("height", bars.size() * ROW_HEIGHT)
                .containing(shapes);
    }

    private static List<Element> bar(Bar bar, double longest, int top, boolean isNumbered) {
        List<Element> shapes = new ArrayList<>();
        shapes.add(Element.of("text", Figures.shortened(bar.name()) + ": " + bar.value()).with("x", 0).with("y", top + NAME_HEIGHT - 6));
        double place = 0;
        for (Part part : bar.parts()) {
            double width = 100 * part.length() / longest;
            shapes.add(Element.of("rect", Element.of("title", part.text())).with("x", percent(place)).with("y", top + NAME_HEIGHT)
                    .with("width", percent(width)).with("height", BAR_HEIGHT).with("class", "part tint-" + part.tint()));
            if (isNumbered && width >= NARROWEST_NUMBERED) {
                shapes.add(Element.of("text", Integer.toString(part.number())).with("x", percent(place + width / 2))
                        .with("y", top + NAME_HEIGHT + BAR_HEIGHT - 4).with("text-anchor", "middle").with("class", "on-part"));
            }
            place += width;
        }
        return shapes;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.3f%%", share);
    }
}
