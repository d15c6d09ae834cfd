package dev.maskforge.cli;

import dev.maskforge.GraphForm;
import dev.maskforge.SegmentationModel;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.plan.PlanFile;
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
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

    @Parameters(index = "0", paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache; "
            + "or an .onnx file that 'maskforge convert' wrote, or a .plan of 'maskforge build', which has its own engine and precision")
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

    @Option(names = "--graph", paramLabel = "FORM", description = "what the engine gets of the network: optimised, or authored, as it is written (default: optimised, on reference authored)")
    private @Nullable GraphForm graphForm;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private EngineArguments engines;

    @Mixin
    private RunArguments run;

    @Mixin
    private CalibrationArguments calibration;

    @Mixin
    private ThresholdArguments thresholds;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        ImageLimits limits = run.limits();
        Segmenter.Options options = options(limits);
        List<PictureFiles.Entry> entries = PictureFiles.find(pictures);
        Folders.require(target);
        PrintWriter err = spec.commandLine().getErr();
        Report report = new Report(err, says, entries.size(), json);
        QuantizationReport quantization = new QuantizationReport(err, says);
        SequencedMap<String, Object> facts = facts(options);
        try (Segmenter segmenter = Segmenter.open(checkpoint, options)) {
            SegmentationModel file = segmenter.model();
            ResultFiles results = new ResultFiles(target, file, products.isEmpty() ? Product.standard(file.task()) : products, ids);
            results.requireDistinct(entries);
            report.opening(segmenter, options);
            quantization.opened(checkpoint, segmenter, options);
            segmenter.quantization().ifPresent(found -> facts.put("int8", QuantizationReport.facts(found)));
            for (PictureFiles.Entry entry : entries) {
                try {
                    Outcome outcome = segment(segmenter, entry, results, limits);
                    report.done(entry, outcome);
                    report.resized(entry, outcome, segmenter);
                } catch (RuntimeException | OutOfMemoryError e) {
                    report.failed(entry, e);
                }
            }
            report.written(results.finish(report::failed));
        }
        report.closing(target);
        if (json) {
            facts.put("pictures", report.facts());
            if (!report.common().isEmpty()) {
                facts.put("files", report.common());
            }
            spec.commandLine().getOut().println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts));
        }
        return report.isWhole() ? quantization.exitCode(ExitCode.DONE) : ExitCode.FAILED;
    }

    private Segmenter.Options options(ImageLimits limits) {
        Progress progress = Progress.on(spec.commandLine().getErr(), says);
        Segmenter.Options options = new Segmenter.Options(model.options(), engines.engineFor(checkpoint), engines.optionsFor(checkpoint),
                run.resizeRule(),
                thresholds.options()).withCalibration(
                        PlanFile.isPlan(checkpoint)
                                ? Optional.empty()
                                : calibration.options(engines.precision(), run.size(), limits, progress));
        return graphForm == null ? options : options.withGraphForm(graphForm);
    }

    private SequencedMap<String, Object> facts(Segmenter.Options options) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("checkpoint", checkpoint.toString());
        facts.put("engine", options.engine());
        facts.put("precision", options.engineOptions().precision().toString());
        facts.put("threads", options.engineOptions().threads());
        facts.put("graph", options.graphForm().orElseGet(() -> GraphForm.standard(Engines.named(options.engine()))).name()
                .toLowerCase(Locale.ROOT));
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
