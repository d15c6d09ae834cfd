package dev.maskforge.cli.page;

import java.util.ArrayList;
import java.util.List;

/// A table with a caption, whose columns and rows have headings that programs for the blind can tell. The first column holds
/// the rows' headings. On narrow screens it scrolls by itself, the page does not.
public final class Table {
    private final String caption;
    private final List<Element> headings;
    private final List<Kind> kinds;
    private final List<Element> rows;

    private enum Kind {
        TEXT, NUMBER
    }

    private Table(String caption, List<Element> headings, List<Kind> kinds, List<Element> rows) {
        this.caption = caption;
        this.headings = List.copyOf(headings);
        this.kinds = List.copyOf(kinds);
        this.rows = List.copyOf(rows);
    }

    /// An empty table.
    ///
    /// @param heading of the first column
    public static Table of(String caption, String heading) {
        return new Table(caption, List.of(), List.of(), List.of()).with(heading, Kind.TEXT);
    }

    /// The same with a column of words at its right.
    public Table withTexts(String heading) {
        return with(heading, Kind.TEXT);
    }

    /// The same with a column of numbers at its right, which stand right-aligned.
    public Table withNumbers(String heading) {
        return with(heading, Kind.NUMBER);
    }

    private Table with(String heading, Kind kind) {
        if (!rows.isEmpty()) {
            throw new IllegalStateException("columns come before rows");
        }
        return new Table(caption, joined(headings, aligned(Element.of("th", heading).with("scope", "col"), kind)), joined(kinds, kind),
                rows);
    }

    /// The same with a row below.
    ///
    /// @throws IllegalArgumentException if it has more or fewer cells than the table has columns behind the first
    public Table withRow(Content heading, List<? extends Content> cells) {
        if (cells.size() != kinds.size() - 1) {
            throw new IllegalArgumentException("a row of " + cells.size() + " cells in a table of " + (kinds.size() - 1));
        }
        Element row = Element.of("tr", Element.of("th", heading).with("scope", "row"));
        for (int i = 0; i < cells.size(); i++) {
            row = row.containing(aligned(Element.of("td", cells.get(i)), kinds.get(i + 1)));
        }
        return new Table(caption, headings, kinds, joined(rows, row));
    }

    /// The same with a row of texts below.
    public Table withRow(String heading, String... cells) {
        return withRow(Content.text(heading), List.of(cells).stream().map(Content::text).toList());
    }

    private static Element aligned(Element cell, Kind kind) {
        return kind == Kind.NUMBER ? cell.with("class", "number") : cell;
    }

    private static <T> List<T> joined(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return all;
    }

    public Element element() {
        Element table = Element.of("table", Element.of("caption", caption),
                Element.of("thead", Element.of("tr").containing(headings)), Element.of("tbody").containing(rows));
        return Element.of("div", table).with("class", "table").with("role", "region").with("aria-label", caption).with("tabindex", "0");
    }
}
