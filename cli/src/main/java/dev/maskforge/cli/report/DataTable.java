package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A table of texts, the first column its rows' headings, whose rows may stand in groups.
///
/// @param caption what it shows
/// @param columns from the left
/// @param groups  of rows, from top to bottom
record DataTable(String caption, List<Column> columns, List<Group> groups) implements Block {
    /// What stands where there is nothing to say.
    static final String NOTHING = "–";

    DataTable {
        columns = List.copyOf(columns);
        groups = List.copyOf(groups);
        for (Group group : groups) {
            for (List<String> row : group.rows()) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("a row of " + row.size() + " cells in a table of " + columns.size());
                }
            }
        }
    }

    /// Without groups.
    static DataTable of(String caption, List<Column> columns, List<List<String>> rows) {
        return new DataTable(caption, columns, List.of(new Group(Optional.empty(), rows)));
    }

    /// @param heading that stands above the rows
    /// @param rows    each with a text for each column
    record Group(Optional<String> heading, List<List<String>> rows) {
        Group {
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /// @param heading that it has
    /// @param holds   what stands below
    record Column(String heading, Holds holds) {
        static Column texts(String heading) {
            return new Column(heading, Holds.TEXTS);
        }

        static Column numbers(String heading) {
            return new Column(heading, Holds.NUMBERS);
        }

        private Element aligned(Element cell) {
            return switch (holds) {
                case TEXTS -> cell;
                case NUMBERS -> cell.with("class", "number");
            };
        }
    }

    /// Texts begin at the left, numbers end at the right.
    enum Holds {
        TEXTS, NUMBERS
    }

    /// On narrow screens it scrolls by itself, the page does not.
    @Override
    public Content content() {
        List<Element> headings = columns.stream().map(column -> column.aligned(Element.of("th", column.heading()).with("scope", "col")))
                .toList();
        Element table = Element
                .of("table", Element.of("caption", Element.of("span", caption)), Element.of("thead", Element.of("tr").containing(headings)))
                .containing(groups.stream().map(this::body).toList());
        return Element.of("div", table).with("class", "table results").with("role", "region").with("aria-label", caption).with("tabindex",
                "0");
    }

    private Element body(Group group) {
        List<Element> rows = new ArrayList<>();
        group.heading().ifPresent(heading -> rows.add(Element.of("tr",
                Element.of("th", heading).with("scope", "rowgroup").with("colspan", columns.size())).with("class", "group")));
        group.rows().forEach(row -> rows.add(Element.of("tr", Element.of("th", row.getFirst()).with("scope", "row"))
                .containing(IntStream.range(1, row.size()).mapToObj(i -> columns.get(i).aligned(Element.of("td", row.get(i)))).toList())));
        return Element.of("tbody").containing(rows);
    }

    /// The caption stands above it, since tables of Markdown have none; so a group's heading has a row.
    @Override
    public String markdown() {
        String rule = columns.stream().map(column -> column.holds() == Holds.NUMBERS ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |"));
        Stream<String> rows = groups.stream()
                .flatMap(group -> Stream.concat(group.heading().map(this::groupLine).stream(), group.rows().stream().map(DataTable::line)));
        return Stream.concat(
                Stream.of("**" + Markdown.text(caption) + "**", "", line(columns.stream().map(Column::heading).toList()), rule), rows)
                .collect(Collectors.joining("\n"));
    }

    private String groupLine(String heading) {
        return "| **" + Markdown.text(heading) + "** |" + " |".repeat(columns.size() - 1);
    }

    private static String line(List<String> cells) {
        return cells.stream().map(Markdown::text).collect(Collectors.joining(" | ", "| ", " |"));
    }
}
