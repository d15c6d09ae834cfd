package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.LabelMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What `segment` says while it works: what runs, a line a picture, and where the results are; and the same as facts.
final class Report {
    private final PrintWriter err;
    private final OutputArguments says;
    private final int pictures;
    private final List<SequencedMap<String, Object>> facts = new ArrayList<>();
    private int failures;

    Report(PrintWriter err, OutputArguments says, int pictures) {
        this.err = err;
        this.says = says;
        this.pictures = pictures;
    }

    void opening(Segmenter segmenter, Segmenter.Options options) {
        line(Descriptions.of(segmenter.model()) + "; " + options.engine() + ", "
                + options.engineOptions().precision() + ", "
                + counted(options.engineOptions().threads(), "thread"));
    }

    void done(PictureFiles.Entry entry, SegmentCommand.Outcome outcome) {
        Segmenter.Stages stages = outcome.segmentation().stages();
        line(String.format(Locale.ROOT, "%d/%d %s: %dx%d, %s; %s ms (decode %s, preprocess %s, compute %s, postprocess %s, write %s)",
                facts.size() + 1, pictures,
                Line.of(entry.file()), outcome.picture().height(), outcome.picture().width(), classes(outcome),
                milliseconds(outcome.decode().plus(stages.total()).plus(outcome.write())), milliseconds(outcome.decode()),
                milliseconds(stages.preprocess()), milliseconds(stages.compute()), milliseconds(stages.postprocess()),
                milliseconds(outcome.write())));
        facts.add(facts(entry, outcome));
    }

    void failed(PictureFiles.Entry entry, Throwable e) {
        failures++;
        // What the readers and writers of pictures say names the file; what an engine says cannot.
        String message = e instanceof ImageException ? Failures.message(e) : Line.of(entry.file()) + ": " + Failures.message(e);
        Failures.report(message, e, err, says.isVerbose());
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("picture", entry.file().toString());
        row.put("error", message);
        facts.add(row);
    }

    void closing(Path target) {
        if (failures > 0 && pictures > 1) {
            err.println("maskforge: " + failures + " of " + counted(pictures, "picture") + " failed"
                    + (failures < pictures ? "; the others are done" : ""));
        }
        if (failures < pictures) {
            line("written to " + Line.of(target));
        }
    }

    int failures() {
        return failures;
    }

    List<SequencedMap<String, Object>> facts() {
        return facts;
    }

    /// The three largest classes with their shares.
    private static String classes(SegmentCommand.Outcome outcome) {
        LabelMap labels = outcome.segmentation().labels();
        long[] histogram = labels.histogram(outcome.classes().size());
        return IntStream.range(0, histogram.length).filter(label -> histogram[label] > 0).boxed()
                .sorted((a, b) -> Long.compare(histogram[b], histogram[a]))
                .limit(3)
                .map(label -> String.format(Locale.ROOT, "%s %.0f %%", outcome.classes().get(label).name(),
                        100.0 * histogram[label] / labels.pixels()))
                .collect(Collectors.joining(", "));
    }

    private static SequencedMap<String, Object> facts(PictureFiles.Entry entry, SegmentCommand.Outcome outcome) {
        Segmenter.Stages stages = outcome.segmentation().stages();
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("picture", entry.file().toString());
        row.put("height", outcome.picture().height());
        row.put("width", outcome.picture().width());
        SequencedMap<String, Object> shares = new LinkedHashMap<>();
        LabelMap labels = outcome.segmentation().labels();
        long[] histogram = labels.histogram(outcome.classes().size());
        for (int label = 0; label < histogram.length; label++) {
            if (histogram[label] > 0) {
                shares.put(outcome.classes().get(label).name(), histogram[label]);
            }
        }
        row.put("pixels", shares);
        SequencedMap<String, Object> times = new LinkedHashMap<>();
        times.put("decode", seconds(outcome.decode()));
        times.put("preprocess", seconds(stages.preprocess()));
        times.put("compute", seconds(stages.compute()));
        times.put("postprocess", seconds(stages.postprocess()));
        times.put("write", seconds(outcome.write()));
        row.put("seconds", times);
        SequencedMap<String, Object> files = new LinkedHashMap<>();
        outcome.files().forEach((product, file) -> files.put(product.name().toLowerCase(Locale.ROOT), file.toString()));
        row.put("files", files);
        return row;
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String milliseconds(Duration duration) {
        return Long.toString(Math.round(duration.toNanos() / 1e6));
    }

    private void line(String text) {
        if (!says.isQuiet()) {
            err.println(text);
        }
    }
}
