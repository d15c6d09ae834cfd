package dev.maskforge.cli;

import dev.maskforge.ModelFile;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge segment`
@Command(name = "segment", description = "Segments pictures: a class for each pixel, or segments, or objects, as the model was trained for.", footer = {
        "",
        "A picture that fails is named, the others are done, and the exit code is 1. Fields of --json: docs/cli.md."})
final class SegmentCommand implements Callable<Integer> {
    private static final int MOST_THREADS = 1024;

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

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input, multiples of 32; pictures are fitted into it by "
            + "their own ratio (default: the dataset's official rule)")
    private @Nullable Size size;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "onnxruntime, or reference, which is slow and for checking (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--threads", paramLabel = "N", description = "threads, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    @Option(names = "--max-pixels", paramLabel = "N", description = "the largest picture to read (default: 89478485)")
    private @Nullable Long maximumPixels;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private ThresholdArguments thresholds;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        Segmenter.Options options = options();
        ImageLimits limits = limits();
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
        List<String> engines = Engines.all().stream().map(EngineProvider::name).toList();
        if (!engines.contains(engine)) {
            throw wrong("--engine", "there is no '" + engine + "', but " + String.join(" and ", engines));
        }
        if (threads != null && (threads < 1 || threads > MOST_THREADS)) {
            throw wrong("--threads", threads + " is not from 1 to " + MOST_THREADS);
        }
        EngineOptions standard = EngineOptions.standard();
        return new Segmenter.Options(model.options(), engine, threads == null ? standard : standard.withThreads(threads),
                Optional.ofNullable(size).map(given -> new ResizeRule.FitInside(given.height(), given.width())), thresholds.options());
    }

    private ImageLimits limits() {
        if (maximumPixels != null && maximumPixels < 1) {
            throw wrong("--max-pixels", maximumPixels + " is less than one pixel");
        }
        return maximumPixels == null ? ImageLimits.DEFAULT : new ImageLimits(maximumPixels);
    }

    private ParameterException wrong(String option, String why) {
        return new ParameterException(spec.commandLine(), "Invalid value for option '" + option + "': " + why);
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
