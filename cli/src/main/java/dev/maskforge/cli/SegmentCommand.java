package dev.maskforge.cli;

import dev.maskforge.ModelFile;
import dev.maskforge.Segmenter;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.RgbImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge segment`
@Command(name = "segment", description = "Segments pictures: a class for each pixel, or segments, or objects, as the model was trained for.", footer = {
        "",
        "A picture that fails is named, the others are done, and the exit code is 1. Fields of --json: docs/cli.md."})
final class SegmentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache")
    private Path checkpoint;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE|DIR", description = "PNG, JPEG, TIFF, BMP, WebP and GIF files, folders of them, or patterns such as 'shots/*.png'")
    private List<Path> pictures;

    @Option(names = {"-o",
            "--out"}, required = true, paramLabel = "DIR", description = "the folder to write into; results of the same name are replaced")
    private Path target;

    @Option(names = "--save", split = ",", paramLabel = "KIND", description = "what to write: labels, color, overlay, panoptic (COCO's format), instances (COCO's format, for "
            + "Cityscapes its own too); by default what the model was trained for, and an overlay")
    private Set<Product> products = Set.of();

    @Option(names = "--label-ids", paramLabel = "IDS", defaultValue = "dataset", description = "numbers in label maps: dataset (as evaluation scripts want them) or train (default: ${DEFAULT-VALUE})")
    private LabelIds ids;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "onnxruntime, or reference, which is slow and for checking (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private RunArguments run;

    @Mixin
    private ThresholdArguments thresholds;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        Segmenter.Options options = options();
        ImageLimits limits = run.limits();
        List<PictureFiles.Entry> entries = PictureFiles.find(pictures);
        Folders.require(target);
        PrintWriter err = spec.commandLine().getErr();
        Report report = new Report(err, says, entries.size(), json);
        try (Segmenter segmenter = Segmenter.open(checkpoint, options)) {
            ModelFile file = segmenter.model();
            ResultFiles results = new ResultFiles(target, file, products.isEmpty() ? Product.standard(file.task()) : products, ids);
            results.requireDistinct(entries);
            report.opening(segmenter, options);
            for (PictureFiles.Entry entry : entries) {
                try {
                    report.done(entry, segment(segmenter, entry, results, limits));
                } catch (RuntimeException | OutOfMemoryError e) {
                    report.failed(entry, e);
                }
            }
            report.written(results.finish(report::failed));
        }
        report.closing(target);
        if (json) {
            spec.commandLine().getOut()
                    .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(options, report)));
        }
        return report.isWhole() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Segmenter.Options options() {
        RunArguments.requireEngine(engine, "--engine", spec.commandLine());
        return new Segmenter.Options(model.options(), engine, run.engineOptions(), run.resizeRule(), thresholds.options());
    }

    private SequencedMap<String, Object> facts(Segmenter.Options options, Report report) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("checkpoint", checkpoint.toString());
        facts.put("engine", options.engine());
        facts.put("precision", options.engineOptions().precision().toString());
        facts.put("threads", options.engineOptions().threads());
        facts.put("pictures", report.facts());
        if (!report.common().isEmpty()) {
            facts.put("files", report.common());
        }
        return facts;
    }

    private static Outcome segment(Segmenter segmenter, PictureFiles.Entry entry, ResultFiles results, ImageLimits limits) {
        results.requireName(entry);
        long start = System.nanoTime();
        RgbImage picture = ImageFile.read(entry.file(), limits);
        Duration decode = Duration.ofNanos(System.nanoTime() - start);
        Set<Task> asked = results.answers();
        Segmenter.Timed<Answer> timed = segmenter.timed(picture, prediction -> Answer.of(prediction, asked));
        long write = System.nanoTime();
        SequencedMap<Product, Path> files = results.write(entry, picture, timed.answer());
        return new Outcome(picture, timed.answer(), timed.stages(), decode, Duration.ofNanos(System.nanoTime() - write),
                segmenter.model().classes(), files);
    }

    /// What became of a picture.
    record Outcome(RgbImage picture, Answer answer, Segmenter.Stages stages, Duration decode, Duration write, ClassList classes,
            SequencedMap<Product, Path> files) {}
}
