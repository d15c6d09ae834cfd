package dev.maskforge.cli;

import dev.maskforge.Comparison;
import dev.maskforge.ComparisonSummary;
import dev.maskforge.engine.OutputError;
import dev.maskforge.vision.ClassList;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What `compare` says while it works: what is compared, a line a picture; and the same as facts.
final class CompareReport {
    private final PrintWriter err;
    private final OutputArguments says;
    private final int pictures;
    private final List<SequencedMap<String, Object>> facts = new ArrayList<>();
    private ComparisonSummary summary = ComparisonSummary.NONE;
    private int done;
    private int failures;
    private Optional<Path> firstDone = Optional.empty();

    CompareReport(PrintWriter err, OutputArguments says, int pictures) {
        this.err = err;
        this.says = says;
        this.pictures = pictures;
    }

    /// What became of a picture.
    ///
    /// @param difference where its differences were drawn
    record Outcome(Comparison.Result result, ClassList classes, Optional<Path> difference) {}

    void opening(Comparison.Source first, Comparison.Source second, Comparison comparison) {
        line("A, the reference: " + described(first));
        line("B: " + described(second));
        if (comparison.isAtNetworkSize()) {
            line("compared at the network's size, since labels and scores of an ONNX file are at no other");
        }
    }

    private static String described(Comparison.Source source) {
        String path = Line.of(source.path());
        return switch (source.kind()) {
            case LABELS -> path + ", label maps";
            case ONNX -> path + runs(source);
            case CHECKPOINT -> path + runs(source)
                    + CompareAnswer.expansion(source).map(form -> ", deformable attention if any by " + form).orElse("")
                    + source.graphForm().map(form -> ", graph " + form.name().toLowerCase(Locale.ROOT)).orElse("");
        };
    }

    private static String runs(Comparison.Source source) {
        int threads = source.engineOptions().threads();
        return ", " + source.engine() + ", " + source.engineOptions().precision() + ", " + threads
                + (threads == 1 ? " thread" : " threads");
    }

    void done(PictureFiles.Entry entry, Outcome outcome) {
        Comparison.Result result = outcome.result();
        summary = summary.plus(result);
        firstDone = firstDone.or(() -> Optional.of(entry.file()));
        String errors = result.errors().stream().map(OutputError::toString).collect(Collectors.joining("; "));
        line(String.format(Locale.ROOT, "%d/%d %s: %dx%d, %s%s", ++done, pictures, Line.of(entry.file()), result.picture().height(),
                result.picture().width(), result.agreement(), errors.isEmpty() ? "" : "; " + errors));
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("picture", entry.file().toString());
        row.put("height", result.picture().height());
        row.put("width", result.picture().width());
        row.putAll(CompareAnswer.facts(ComparisonSummary.NONE.plus(result), outcome.classes()));
        outcome.difference().ifPresent(file -> row.put("difference", file.toString()));
        facts.add(row);
    }

    void failed(PictureFiles.Entry entry, Throwable e) {
        failures++;
        done++;
        facts.add(Failures.reported(entry.file(), e, err, says));
    }

    void closing() {
        if (failures > 0 && pictures > 1) {
            err.println("maskforge: " + failures + " of " + pictures + " pictures failed"
                    + (failures < pictures ? "; the others are done" : ""));
        }
    }

    ComparisonSummary summary() {
        return summary;
    }

    List<SequencedMap<String, Object>> facts() {
        return facts;
    }

    boolean isWhole() {
        return failures == 0;
    }

    /// The first picture of which both sides said something.
    Optional<Path> firstDone() {
        return firstDone;
    }

    private void line(String text) {
        if (!says.isQuiet()) {
            err.println(text);
        }
    }
}
