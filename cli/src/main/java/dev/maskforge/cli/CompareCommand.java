package dev.maskforge.cli;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.Comparison;
import dev.maskforge.MaskforgeException;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Precision;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.Difference;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.PngFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge compare`
@Command(name = "compare", description = {"Says how far two models, engines or folders of label maps give pixels the same class.",
        "A is the reference. The same checkpoint on two engines: compare model.pkl model.pkl street.jpg --engine-b reference"}, footer = {
                "",
                "Exits with 3 if fewer clear pixels agree than --min-agreement wants, or if the reference cannot tell good from bad: "
                        + "fewer than 3 classes, or less than half of the pixels clear (margin to the next class above 0.02). A picture that fails is "
                        + "named, the others are done, and the exit code is 1. Fields of --json: docs/cli.md."})
final class CompareCommand implements Callable<Integer> {
    private static final String SOURCE = "a checkpoint, an .onnx file, ours or another tool's, or a folder of label maps called as the pictures "
            + "are (NAME.png, NAME.labels.png)";

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = SOURCE)
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "the same")
    private Path b;

    @Parameters(index = "2..*", arity = "1..*", paramLabel = "IMAGE|DIR", description = "PNG, JPEG, TIFF, BMP, WebP and GIF files, folders of them, or patterns such as 'shots/*.png'")
    private List<Path> pictures;

    @Option(names = "--min-agreement", paramLabel = "SHARE", description = "the share of clear pixels that must agree, 0 to 1, such as 0.999")
    private @Nullable Double least;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "a JSON file to write the answer into")
    private @Nullable Path target;

    @Option(names = "--difference", paramLabel = "DIR", description = "a folder to write a picture of each difference into, NAME.difference.png")
    private @Nullable Path differences;

    @Option(names = "--label-ids", paramLabel = "IDS", defaultValue = "dataset", description = "the numbers in label maps of folders: dataset or train (default: ${DEFAULT-VALUE})")
    private LabelIds ids;

    @Option(names = "--layers", description = "look inside both networks for the first layer that differs, on the first picture: values of one name become "
            + "outputs, round after round")
    private boolean layers;

    @Option(names = "--layer-error", paramLabel = "ERROR", defaultValue = "0.001", description = "the relative error, max|a-b| / max|b|, above which a layer differs (default: ${DEFAULT-VALUE})")
    private double layerError;

    @Option(names = "--json", description = "print the answer as JSON")
    private boolean json;

    @Mixin
    private EngineArguments engines;

    @Mixin
    private SourceArguments sources;

    @Mixin
    private RunArguments run;

    @Mixin
    private CalibrationArguments calibration;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        OptionalDouble gate = gate();
        ImageLimits limits = run.limits();
        Progress progress = Progress.on(spec.commandLine().getErr(), says);
        Function<Precision, Optional<CalibrationOptions>> calibrations = wanted -> calibration.options(wanted, run.size(), limits,
                progress);
        Comparison.Source first = sources.a(a, engines, calibrations);
        Comparison.Source second = sources.b(b, engines, calibrations);
        List<PictureFiles.Entry> entries = PictureFiles.find(pictures);
        requireFree(entries);
        CompareReport report = new CompareReport(spec.commandLine().getErr(), says, entries.size());
        Comparison.Options options = new Comparison.Options(model.options(), run.resizeRule(), ids, limits);
        try (Comparison comparison = Comparison.open(first, second, options)) {
            report.opening(first, second, comparison);
            for (PictureFiles.Entry entry : entries) {
                try {
                    report.done(entry, compare(comparison, entry, limits));
                } catch (RuntimeException | OutOfMemoryError e) {
                    report.failed(entry, e);
                }
            }
            report.closing();
            Optional<LayerTable> table = layers ? report.firstDone().map(file -> layers(first, second, options, file)) : Optional.empty();
            return answer(
                    new CompareAnswer(first, second, comparison.classes(), comparison.isAtNetworkSize(), report.summary(), gate, table),
                    report);
        }
    }

    private LayerTable layers(Comparison.Source first, Comparison.Source second, Comparison.Options options, Path file) {
        return new LayerTable(file, layerError,
                Comparison.layers(first, second, options, ImageFile.read(file, options.limits()), layerError));
    }

    private OptionalDouble gate() {
        if (least != null && !(least >= 0 && least <= 1)) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '--min-agreement': " + least + " is not a share from 0 to 1, such as 0.999");
        }
        if (!(layerError >= 0)) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '--layer-error': " + layerError + " is no error; give 0 or more, such as 0.001");
        }
        return least == null ? OptionalDouble.empty() : OptionalDouble.of(least);
    }

    /// What is written replaces nothing that it is made of.
    private void requireFree(List<PictureFiles.Entry> entries) {
        if (differences != null) {
            Folders.require(differences);
        }
        List<Path> inputs = Stream.concat(Stream.of(a, b), entries.stream().map(PictureFiles.Entry::file)).toList();
        Stream<Path> outputs = Stream.concat(Optional.ofNullable(target).stream(),
                entries.stream().flatMap(entry -> difference(entry).stream()));
        outputs.filter(Files::exists)
                .forEach(output -> inputs.stream().filter(input -> isSame(input, output)).findFirst().ifPresent(input -> {
                    throw new MaskforgeException("'" + output + "' would replace '" + input + "', which is compared; write elsewhere");
                }));
        Optional.ofNullable(target).ifPresent(Folders::requireFor);
    }

    private static boolean isSame(Path input, Path output) {
        try {
            return Files.exists(input) && Files.isSameFile(input, output);
        } catch (IOException e) {
            throw new MaskforgeException("'" + output + "' cannot be told from '" + input + "'; write elsewhere", e);
        }
    }

    private Optional<Path> difference(PictureFiles.Entry entry) {
        return Optional.ofNullable(differences).map(folder -> folder.resolve(entry.name() + ".difference.png"));
    }

    private CompareReport.Outcome compare(Comparison comparison, PictureFiles.Entry entry, ImageLimits limits) {
        Comparison.Result result = comparison.compare(ImageFile.read(entry.file(), limits), PictureFiles.withoutEnding(entry.file()));
        Optional<Path> file = difference(entry);
        Optional.ofNullable(differences).ifPresent(Folders::make);
        file.ifPresent(path -> PngFile.write(
                Difference.draw(result.picture(), result.labels(), result.others(), result.margins(), Agreement.MARGIN), path));
        return new CompareReport.Outcome(result, comparison.classes(), file);
    }

    private int answer(CompareAnswer answer, CompareReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json || target != null) {
            String text = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer.facts(report.facts()));
            if (target != null) {
                AtomicFile.write(target, output -> output.write((text + "\n").getBytes(StandardCharsets.UTF_8)));
            }
            if (json) {
                out.println(text);
            }
        }
        if (!json && !says.isQuiet() && report.firstDone().isPresent()) {
            answer.print(out);
        }
        if (!report.isWhole()) {
            return ExitCode.FAILED;
        }
        return answer.isEnough() ? ExitCode.DONE : ExitCode.SHORTFALL;
    }
}
