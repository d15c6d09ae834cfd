package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.SegmentationClass;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// What `segment` says while it works: what runs, a line a picture, and where the results are; and the same as facts.
final class Report {
    private static final int LONGEST_TEXT = 200;

    private final PrintWriter err;
    private final OutputArguments says;
    private final int pictures;
    private final List<SequencedMap<String, Object>> facts = new ArrayList<>();
    private final SequencedMap<String, Object> common = new LinkedHashMap<>();
    private final boolean keepsFacts;
    private int done;
    private boolean saysResized;
    private int failures;
    private int failedFiles;

    /// @param keepsFacts whether [#facts()] is asked for at the end: a folder's pictures have many instances
    Report(PrintWriter err, OutputArguments says, int pictures, boolean keepsFacts) {
        this.keepsFacts = keepsFacts;
        this.err = err;
        this.says = says;
        this.pictures = pictures;
    }

    void opening(Segmenter segmenter, Segmenter.Options options) {
        line(Descriptions.of(segmenter.model()) + "; " + options.engine() + ", "
                + options.engineOptions().precision() + ", "
                + Words.counted(options.engineOptions().threads(), "thread"));
        segmenter.model().trainingData().ifPresent(text -> line("knows only what it was trained on: " + shortened(Line.of(text))));
        if (segmenter.model().task() == Task.PANOPTIC
                && segmenter.model().classes().classes().stream().noneMatch(SegmentationClass::isThing)) {
            line("no class is known to be a thing, so all segments of a class are one; say which are with '--classes'");
        }
    }

    void done(PictureFiles.Entry entry, SegmentCommand.Outcome outcome) {
        Segmenter.Stages stages = outcome.stages();
        line(String.format(Locale.ROOT, "%d/%d %s: %dx%d, %s; %s ms (decode %s, preprocess %s, compute %s, postprocess %s, write %s)",
                ++done, pictures,
                Line.of(entry.file()), outcome.picture().height(), outcome.picture().width(),
                Line.of(AnswerText.of(outcome.answer(), outcome.classes())),
                milliseconds(outcome.decode().plus(stages.total()).plus(outcome.write())), milliseconds(outcome.decode()),
                milliseconds(stages.preprocess()), milliseconds(stages.compute()), milliseconds(stages.postprocess()),
                milliseconds(outcome.write())));
        if (keepsFacts) {
            facts.add(facts(entry, outcome));
        }
    }

    /// Says once that labels are coarser than they could be.
    void resized(PictureFiles.Entry entry, SegmentCommand.Outcome outcome, Segmenter segmenter) {
        if (!saysResized && segmenter.resizesLabels(outcome.picture())) {
            saysResized = true;
            line(Descriptions.ofResizedLabels(entry.file(), segmenter.model()));
        }
    }

    void failed(PictureFiles.Entry entry, Throwable e) {
        failures++;
        done++;
        facts.add(Failures.reported(entry.file(), e, err, says));
    }

    void closing(Path target) {
        if (failures > 0 && pictures > 1) {
            err.println("maskforge: " + failures + " of " + Words.counted(pictures, "picture") + " failed"
                    + (failures < pictures ? "; the others are done" : ""));
        }
        if (failures < pictures) {
            line("written to " + Line.of(target));
        }
    }

    /// A file for all pictures could not be written.
    void failed(ImageException e) {
        failedFiles++;
        Failures.report(Failures.message(e), e, err, says.isVerbose());
    }

    /// Whether all that was asked for is there.
    boolean isWhole() {
        return failures == 0 && failedFiles == 0;
    }

    /// The files for all pictures together.
    void written(SequencedMap<Product, Path> files) {
        files.forEach((product, file) -> common.put(product.toString(), file.toString()));
    }

    SequencedMap<String, Object> common() {
        return common;
    }

    List<SequencedMap<String, Object>> facts() {
        return facts;
    }

    private static SequencedMap<String, Object> facts(PictureFiles.Entry entry, SegmentCommand.Outcome outcome) {
        Segmenter.Stages stages = outcome.stages();
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("picture", entry.file().toString());
        row.put("height", outcome.picture().height());
        row.put("width", outcome.picture().width());
        row.putAll(AnswerText.facts(outcome.answer(), outcome.classes()));
        SequencedMap<String, Object> times = new LinkedHashMap<>();
        times.put("decode", seconds(outcome.decode()));
        times.put("preprocess", seconds(stages.preprocess()));
        times.put("compute", seconds(stages.compute()));
        times.put("postprocess", seconds(stages.postprocess()));
        times.put("write", seconds(outcome.write()));
        row.put("seconds", times);
        SequencedMap<String, Object> files = new LinkedHashMap<>();
        outcome.files().forEach((product, file) -> files.put(product.toString(), file.toString()));
        row.put("files", files);
        return row;
    }

    /// The checkpoint's author chose how long it is.
    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
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
