package dev.maskforge.cli.bench;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Rows of text as columns of a table: the first to the left, the others to the right.
public final class Columns {
    private Columns() {
    }

    public static List<String> align(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns).map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
                .toArray();
        return rows.stream().map(row -> IntStream.range(0, columns).mapToObj(column -> padded(row.get(column), widths[column], column))
                .collect(Collectors.joining("  ")).stripTrailing()).toList();
    }

    private static String padded(String text, int width, int column) {
        String blanks = " ".repeat(width - text.length());
        return column == 0 ? text + blanks : blanks + text;
    }
}
