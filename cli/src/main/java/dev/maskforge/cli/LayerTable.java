package dev.maskforge.cli;

import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.OutputError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.StringJoiner;

/// Where two networks begin to differ, for people by scope, for machines value by value.
///
/// @param picture on which they ran
/// @param bound   the relative error above which a value is wrong
record LayerTable(Path picture, double bound, LayerComparison.Report report) {
    void print(PrintWriter out) {
        SequencedMap<String, OutputError> worst = new LinkedHashMap<>();
        SequencedMap<String, Integer> counts = new LinkedHashMap<>();
        for (OutputError error : report.measured()) {
            String scope = scope(error.output());
            worst.merge(scope, error, OutputError::worse);
            counts.merge(scope, 1, Integer::sum);
        }
        int width = worst.keySet().stream().mapToInt(scope -> Line.of(scope).length()).max().orElse(0);
        out.println();
        out.printf(Locale.ROOT, "%-" + width + "s  %8s  %14s%n", "layers", "measured", "largest error");
        worst.forEach((scope, error) -> out.printf(Locale.ROOT, "%-" + width + "s  %8d  %14s%s%n", Line.of(scope), counts.get(scope),
                String.format(Locale.ROOT, "%.1e", error.relative()), error.relative() > bound ? "  above" : ""));
        out.println(report.measured().size() + " of " + report.values() + " values measured on " + Line.of(picture)
                + ", the worst of each scope shown");
        out.println(report.first().map(first -> "the first above " + bound + ": " + Line.of(first)).orElse("none is above " + bound));
    }

    /// The module that a value belongs to, up to its number among its like: `backbone.res2.0` of `backbone.res2.0.conv1/Conv`.
    static String scope(String value) {
        List<String> parts = Arrays.stream(value.split("[./]", -1)).filter(part -> !part.isEmpty()).toList();
        StringJoiner scope = new StringJoiner(".");
        for (String part : parts.subList(0, Math.max(1, parts.size() - 1))) {
            scope.add(part);
            if (part.chars().allMatch(Character::isDigit)) {
                break;
            }
        }
        return scope.toString();
    }

    SequencedMap<String, Object> facts() {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("picture", picture.toString());
        facts.put("bound", bound);
        facts.put("values", report.values());
        report.first().ifPresent(first -> facts.put("first", CompareAnswer.facts(first)));
        facts.put("measured", report.measured().stream().map(CompareAnswer::facts).toList());
        return facts;
    }
}
