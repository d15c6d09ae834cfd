package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.Prediction;
import dev.maskforge.SegmentationModel;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.evaluation.ScoreFile;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.models.Task;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.RgbImage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge evaluate`
@Command(name = "evaluate", description = "Scores a model, or what another tool wrote, on a dataset as its official scripts do: mIoU, panoptic quality, average precision.", footer = {
        "",
        "The first picture that cannot be scored ends it: there are no scores of a part that was not asked for. Layouts and fields of --json: docs/cli.md."})
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache; "
            + "or an .onnx file that 'maskforge convert' wrote, or a .plan of 'maskforge build', which has its own engine and precision")
    private @Nullable Path checkpoint;

    @Option(names = "--root", required = true, paramLabel = "DIR", description = "the dataset's folder, in the layout that it is published in")
    private Path root;

    @Option(names = "--split", paramLabel = "NAME", description = "which part of it (default: val, for COCO val2017, for ADE20K validation)")
    private @Nullable String split;

    @Option(names = "--limit", paramLabel = "N", description = "only the first so many pictures; the scores are then not those of the split")
    private @Nullable Integer limit;

    @Option(names = "--metrics", split = ",", paramLabel = "KIND", description = "semantic, panoptic, instance (default: all that the model answers and the dataset has; "
            + "of predictions semantic, for COCO panoptic)")
    private Set<Task> metrics = Set.of();

    @Option(names = "--predictions", paramLabel = "DIR", description = "score what is in this folder, such as what 'maskforge segment' wrote there, and no model")
    private @Nullable Path predictions;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "write the scores as JSON")
    private @Nullable Path target;

    @Option(names = "--official", paramLabel = "DIR", description = "write the files that the official scripts write, under their names")
    private @Nullable Path official;

    @Option(names = "--json", description = "print the scores as JSON")
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
        EvaluatedDataset dataset = dataset();
        requireMetrics(dataset);
        if (limit != null && limit < 1) {
            throw wrong("--limit", limit + " is less than one picture");
        }
        Optional.ofNullable(target).ifPresent(Folders::requireFor);
        Optional.ofNullable(official).ifPresent(Folders::require);
        QuantizationReport quantization = new QuantizationReport(spec.commandLine().getErr(), says);
        long start = System.nanoTime();
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("dataset", dataset.toString());
        facts.put("split", split(dataset));
        Evaluation evaluation = checkpoint != null ? ofModel(checkpoint, dataset, facts, quantization) : ofPredictions(dataset, facts);
        facts.put("seconds", (System.nanoTime() - start) / 1e9);
        answer(evaluation.scores(), facts);
        return quantization.exitCode(ExitCode.DONE);
    }

    private EvaluatedDataset dataset() {
        String known = List.of(EvaluatedDataset.values()).stream().map(EvaluatedDataset::toString).collect(Collectors.joining(", "));
        if ((checkpoint == null) == (predictions == null)) {
            throw new ParameterException(spec.commandLine(), "Give either a MODEL or --predictions=DIR");
        }
        return model.dataset().map(named -> EvaluatedDataset.of(named).orElseThrow(() -> wrong("--dataset",
                "there are no metrics for '" + named.name() + "', but for " + known)))
                .orElseThrow(
                        () -> new ParameterException(spec.commandLine(), "Missing required option: '--dataset=NAME', one of " + known));
    }

    private void requireMetrics(EvaluatedDataset dataset) {
        for (Task metric : metrics) {
            if (!dataset.metrics().contains(metric)) {
                throw wrong("--metrics", "there is no '" + metric + "' for " + dataset + ", but " + text(dataset.metrics()));
            }
        }
    }

    private static String text(Set<Task> tasks) {
        return EnumSet.copyOf(tasks).stream().map(Task::toString).collect(Collectors.joining(", "));
    }

    private ParameterException wrong(String option, String why) {
        return new ParameterException(spec.commandLine(), "Invalid value for option '" + option + "': " + why);
    }

    private String split(EvaluatedDataset dataset) {
        return split == null ? dataset.split() : split;
    }

    private Evaluation open(EvaluatedDataset dataset, Set<Task> asked) {
        return dataset.open(root, split(dataset), asked, limit == null ? Integer.MAX_VALUE : limit);
    }

    private Evaluation ofModel(Path file, EvaluatedDataset dataset, SequencedMap<String, Object> facts, QuantizationReport quantization) {
        ImageLimits limits = run.limits();
        try (Progress progress = Progress.on(spec.commandLine().getErr(), says)) {
            Segmenter.Options options = new Segmenter.Options(model.options(), engines.engineFor(file), engines.optionsFor(file),
                    run.resizeRule(),
                    thresholds.options()).withCalibration(
                            PlanFile.isPlan(file)
                                    ? Optional.empty()
                                    : calibration.options(engines.precision(), run.size(), limits, progress));
            return ofModel(file, options, dataset, facts, quantization, progress);
        }
    }

    private Evaluation ofModel(Path file, Segmenter.Options options, EvaluatedDataset dataset, SequencedMap<String, Object> facts,
            QuantizationReport quantization, Progress progress) {
        ImageLimits limits = run.limits();
        try (Segmenter segmenter = Segmenter.open(file, options)) {
            Evaluation evaluation = open(dataset, asked(segmenter.model(), dataset));
            List<Evaluation.Question> questions = evaluation.questions(segmenter.model().classes());
            Pictures pictures = new Pictures(progress, questions.size());
            progress.done(Descriptions.of(segmenter.model()) + "; " + options.engine() + ", " + options.engineOptions().precision() + ", "
                    + options.engineOptions().threads() + " threads");
            quantization.opened(file, segmenter, options);
            segmenter.quantization().ifPresent(found -> facts.put("int8", QuantizationReport.facts(found)));
            for (Evaluation.Question question : questions) {
                pictures.time(question.name(), () -> {
                    Consumer<Prediction> truth = question.truth().get();
                    RgbImage picture = ImageFile.read(question.image(), limits);
                    pictures.resized(question.image(), picture, segmenter);
                    segmenter.predict(picture, prediction -> {
                        truth.accept(prediction);
                        return picture;
                    });
                });
            }
            facts.put("pictures", questions.size());
            facts.put("checkpoint", file.toString());
            facts.put("engine", options.engine());
            facts.put("precision", options.engineOptions().precision().toString());
            facts.put("threads", options.engineOptions().threads());
            return evaluation;
        }
    }

    private Set<Task> asked(SegmentationModel file, EvaluatedDataset dataset) {
        if (!file.dataset().name().equals(dataset.toString())) {
            throw new MaskforgeException(file.path() + " is trained on " + file.dataset().name() + ", whose classes are not those of "
                    + dataset + "; take a model that is trained on it, see 'maskforge zoo'");
        }
        Set<Task> possible = EnumSet.copyOf(file.results());
        possible.retainAll(dataset.metrics());
        if (possible.isEmpty() || !possible.containsAll(metrics)) {
            throw new MaskforgeException(file.path() + " is trained for " + file.task() + " output, of which there is no "
                    + text(metrics.isEmpty() ? dataset.metrics() : metrics) + " score"
                    + (possible.isEmpty() ? "" : ", only " + text(possible)) + "; " + file.cureForTask());
        }
        return metrics.isEmpty() ? possible : metrics;
    }

    private Evaluation ofPredictions(EvaluatedDataset dataset, SequencedMap<String, Object> facts) {
        Path folder = Objects.requireNonNull(predictions);
        Evaluation evaluation = open(dataset, metrics.isEmpty() ? Set.of(dataset.firstMetric()) : metrics);
        List<Evaluation.Result> results = evaluation.results(folder);
        try (Progress progress = Progress.on(spec.commandLine().getErr(), says)) {
            Pictures pictures = new Pictures(progress, results.size());
            results.forEach(result -> pictures.time(result.name(), result.score()));
        }
        facts.put("pictures", results.size());
        facts.put("predictions", folder.toString());
        return evaluation;
    }

    /// Pictures one after the other.
    private static final class Pictures {
        private final Progress progress;
        private final int count;
        private int done;
        private boolean saysResized;

        Pictures(Progress progress, int count) {
            this.progress = progress;
            this.count = count;
        }

        /// Says once that labels are coarser than they could be.
        void resized(Path file, RgbImage picture, Segmenter segmenter) {
            if (!saysResized && segmenter.resizesLabels(picture)) {
                saysResized = true;
                progress.done(Descriptions.ofResizedLabels(file, segmenter.model()));
            }
        }

        void time(String picture, Runnable work) {
            String which = ++done + "/" + count + " " + picture;
            progress.working(which);
            long start = System.nanoTime();
            work.run();
            progress.done(which + ": " + Math.round((System.nanoTime() - start) / 1e6) + " ms");
        }
    }

    private void line(String text) {
        if (!says.isQuiet()) {
            spec.commandLine().getErr().println(text);
        }
    }

    private void answer(SequencedMap<Task, Scores> scores, SequencedMap<String, Object> facts) {
        SequencedMap<String, Object> documents = new LinkedHashMap<>();
        scores.forEach((metric, score) -> documents.put(metric.toString(), strict(score.document())));
        facts.put("scores", documents);
        String text = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(text);
        } else {
            ScoreTable.lines(scores.values()).forEach(out::println);
        }
        if (target != null) {
            AtomicFile.write(target, output -> output.write((text + "\n").getBytes(StandardCharsets.UTF_8)));
            line("written to " + Line.of(target));
        }
        if (official != null) {
            Folders.make(official);
            scores.values().forEach(score -> line("written to " + Line.of(ScoreFile.write(score, official))));
        }
    }

    /// Numbers that JSON does not have, as of scores that are not defined, become null.
    private static @Nullable Object strict(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                SequencedMap<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((name, member) -> copy.put(String.valueOf(name), strict(member)));
                yield copy;
            }
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(element -> copy.add(strict(element)));
                yield copy;
            }
            case Double number when !Double.isFinite(number) -> null;
            default -> value;
        };
    }
}
