package dev.maskforge.cli;

import dev.maskforge.GraphForm;
import dev.maskforge.InputValues;
import dev.maskforge.MaskforgeException;
import dev.maskforge.Version;
import dev.maskforge.cli.bench.Bench;
import dev.maskforge.cli.bench.Bench.Computing;
import dev.maskforge.cli.bench.BenchModel;
import dev.maskforge.cli.bench.BenchPictures;
import dev.maskforge.cli.bench.BenchTable;
import dev.maskforge.cli.bench.CheckpointModel;
import dev.maskforge.cli.bench.EachPass;
import dev.maskforge.cli.bench.GraphVariant;
import dev.maskforge.cli.bench.MachineCeilings;
import dev.maskforge.cli.bench.OnnxModel;
import dev.maskforge.cli.bench.PlanModel;
import dev.maskforge.cli.bench.RunShape;
import dev.maskforge.engine.Device;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.Machine;
import dev.maskforge.measure.MeasurementFile;
import dev.maskforge.measure.Measurements;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Subject;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `maskforge bench`
@Command(name = "bench", description = "Measures models in engines against each other: latency, throughput, memory, and whether they say the same.", footer = {
        "",
        "Rounds are interleaved, the first model is what the others are compared with. What the columns and the file mean:",
        "docs/benchmarks/README.md. Exits with 3 if the agreement falls short of --min-agreement, or says nothing."})
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "MODEL", description = "checkpoints, run as 'segment' runs them, .onnx files, ours or others', run as they are, and .plan files on their own engine; "
            + "a file of one fixed size runs at that one")
    private List<Path> files;

    @Option(names = "--sizes", split = ",", paramLabel = "HxW", converter = SizeByText.class, defaultValue = "128x256,256x512,512x1024", description = "sizes of the network's input, multiples of 32 (default: ${DEFAULT-VALUE})")
    private List<Size> sizes;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "pictures a run, of plans and .onnx files that take as many (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--warmup", paramLabel = "N", description = "runs before those that count (default: 5, on a GPU 50)")
    private @Nullable Integer warmups;

    @Option(names = "--runs", paramLabel = "N", description = "runs that count, at least 3 (default: up to 30, fewer where the median is known to 2 %%; on a GPU 180)")
    private @Nullable Integer runs;

    @Option(names = "--graph", split = ",", paramLabel = "FORM", description = "what engines get of a checkpoint's network, each of which is a row: optimised, or authored, as it is written "
            + "(default: optimised, on reference authored)")
    private List<GraphForm> forms = List.of();

    @Option(names = "--each-pass", description = "a row for each pass of the engine: checkpoints as optimised, as authored, without one pass at a time, and with products merged "
            + "that the engine leaves apart")
    private boolean eachPass;

    @Option(names = "--images", paramLabel = "DIR", description = "pictures to show in turn, brought to each size beforehand (default: four street scenes that are made up)")
    private @Nullable Path images;

    @Option(names = "--input-values", paramLabel = "KIND", description = InputValuesText.DESCRIPTION)
    private @Nullable InputValues inputValues;

    @Option(names = "--reference", paramLabel = "MODEL", description = "what .onnx files are compared with: a checkpoint, or an .onnx file that gives scores "
            + "(default: the first checkpoint, else the first file); checkpoints are compared with themselves, as authored")
    private @Nullable Path reference;

    @Option(names = "--min-agreement", paramLabel = "SHARE", description = "the share of clear pixels that must agree, such as 0.9999")
    private @Nullable Double minimumAgreement;

    @Option(names = "--ceilings", paramLabel = "WHEN", defaultValue = "cached", description = "the machine's fastest arithmetic and copying, for the floor: cached (measured once), fresh or none "
            + "(default: ${DEFAULT-VALUE})")
    private MachineCeilings ceilings;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "write all samples as JSON")
    private @Nullable Path target;

    @Option(names = "--json", description = "print the same JSON instead of tables")
    private boolean json;

    @Mixin
    private EngineArguments engines;

    @Mixin
    private CalibrationArguments calibration;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> names = engines.engines();
        EngineOptions options = engines.options();
        protocol(names);
        Optional.ofNullable(target).ifPresent(Folders::requireFor);
        if (batch < 1) {
            throw wrong("--batch", "one picture a run at least, not " + batch);
        }
        if (minimumAgreement != null && !(minimumAgreement >= 0 && minimumAgreement <= 1)) {
            throw wrong("--min-agreement", minimumAgreement + " is no share from 0 to 1");
        }
        if (eachPass) {
            requireOneGraph();
        }
        QuantizationReport quantization = new QuantizationReport(spec.commandLine().getErr(), says);
        List<BenchModel> models = new ArrayList<>();
        try {
            files.forEach(file -> variants(file).forEach(variant -> models.add(open(file, variant, batch, quantization))));
            int count = models.size();
            Optional<BenchModel> extra = Optional.ofNullable(reference).map(file -> open(file, Optional.empty(), 1, quantization));
            extra.ifPresent(models::add);
            List<BenchModel> measured = models.subList(0, count);
            Set<Computing> computing = Computing.of(measured, names, options.precision());
            Bench bench = new Bench(batch, measured, names, options, protocol(computing.stream().map(Computing::engine).toList()),
                    extra.or(() -> usualReference(measured)), ceilings.of(computing, options, this::line), Clock.SYSTEM);
            List<Result> results = new ArrayList<>();
            requireUse(bench);
            for (Size size : sizes) {
                results.addAll(measured(bench, size));
                keep(measurements(started, results));
            }
            finish(measurements(started, results));
            return quantization.exitCode(judge(results));
        } finally {
            models.forEach(BenchModel::close);
        }
    }

    private Protocol protocol(List<String> names) {
        boolean onGpu = names.stream().anyMatch(engine -> Engines.named(engine).device().kind() == Device.Kind.GPU);
        Protocol protocol = onGpu ? Protocol.published() : Protocol.shorter();
        Protocol warmed = changed(protocol, "--warmup", warmups, protocol::withWarmups);
        return changed(warmed, "--runs", runs, warmed::withRuns);
    }

    private Protocol changed(Protocol protocol, String option, @Nullable Integer number, IntFunction<Protocol> change) {
        try {
            return number == null ? protocol : change.apply(number);
        } catch (IllegalArgumentException e) {
            throw wrong(option, String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String option, String why) {
        return new ParameterException(spec.commandLine(), "Invalid value for option '" + option + "': " + why);
    }

    /// Each engine has passes of its own, in floating point.
    private void requireOneGraph() {
        if (!forms.isEmpty()) {
            throw wrong("--graph", "--each-pass measures both forms; leave one of the two options out");
        }
        if (engines.options().precision() == Precision.INT8) {
            throw wrong("--precision", "--each-pass leaves passes out in floating point, int8 always has all of them");
        }
        engines.engine();
    }

    /// A checkpoint is a row for each of its graphs that was asked for.
    private List<Optional<GraphVariant>> variants(Path file) {
        if (isOnnx(file) || PlanFile.isPlan(file)) {
            return List.of(Optional.empty());
        }
        if (eachPass) {
            line("leaving passes out of " + Line.of(file));
            return EachPass.of(file, model.options(), Engines.named(engines.engine()), text -> line("  " + Line.of(text))).stream()
                    .map(Optional::of).toList();
        }
        return forms.isEmpty() ? List.of(Optional.empty()) : forms.stream().map(GraphVariant::of).map(Optional::of).toList();
    }

    private BenchModel open(Path file, Optional<GraphVariant> variant, int atOnce, QuantizationReport quantization) {
        line("opening " + Line.of(file) + variant.map(each -> ", " + each.name()).orElse(""));
        if (PlanFile.isPlan(file)) {
            return PlanModel.open(file);
        }
        return isOnnx(file)
                ? OnnxModel.open(file, Optional.ofNullable(inputValues), atOnce)
                : CheckpointModel.open(file, model.options(), variant,
                        size -> calibration.options(engines.precision(), Optional.of(size), ImageLimits.DEFAULT,
                                Progress.on(spec.commandLine().getErr(), says)),
                        quantization::opened);
    }

    private static boolean isOnnx(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    private static Optional<BenchModel> usualReference(List<BenchModel> models) {
        return models.stream().filter(CheckpointModel.class::isInstance).findFirst().or(() -> models.stream().findFirst());
    }

    private void requireUse(Bench bench) {
        for (BenchModel each : bench.models()) {
            if (sizes.stream().noneMatch(size -> each.takes(new RunShape(batch, size)))) {
                throw new MaskforgeException(each.file() + " takes pictures of none of the sizes" + (batch == 1
                        ? "; name its own with --sizes"
                        : ", " + batch + " at once; name its own with --sizes and --batch (checkpoints run picture by picture)"));
            }
        }
    }

    private List<Result> measured(Bench bench, Size size) {
        List<BenchModel> models = bench.modelsFor(size);
        if (models.isEmpty()) {
            line(size + ": no model takes it");
            return List.of();
        }
        BenchPictures pictures = images == null
                ? BenchPictures.standard(size)
                : BenchPictures.of(images, PictureFiles.find(List.of(images)).stream().map(PictureFiles.Entry::file).toList(), size,
                        Clock.SYSTEM);
        List<Result> results = bench.run(size, pictures, new Lines(size));
        if (!json && !says.isQuiet()) {
            PrintWriter out = spec.commandLine().getOut();
            new BenchTable(results).lines().forEach(row -> out.println(Line.of(row)));
            out.println();
        }
        return results;
    }

    private List<String> commandLine() {
        List<String> words = new ArrayList<>(List.of("maskforge"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return words;
    }

    private Measurements measurements(String started, List<Result> results) {
        return new Measurements(Measurements.VERSION, "maskforge " + Version.current(), started, commandLine(), Machine.here(), results);
    }

    /// Writes what there is so far: the next size may take what this process has, and hours have gone into the ones before.
    private void keep(Measurements measurements) {
        if (target != null) {
            byte[] text = MeasurementFile.print(measurements).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(target, output -> output.write(text));
        }
    }

    private void finish(Measurements measurements) {
        if (target != null) {
            line("written to " + Line.of(target));
        }
        if (json) {
            spec.commandLine().getOut().print(MeasurementFile.print(measurements));
            spec.commandLine().getOut().flush();
        }
    }

    private int judge(List<Result> results) {
        if (minimumAgreement == null) {
            return ExitCode.DONE;
        }
        boolean holds = true;
        for (Result result : results) {
            Optional<String> shortfall = shortfall(result.fidelity(), minimumAgreement);
            if (shortfall.isPresent()) {
                holds = false;
                spec.commandLine().getErr()
                        .println("maskforge: " + Line.of(result.subject()) + " at " + result.setup().size() + ": " + shortfall.get());
            }
        }
        return holds ? ExitCode.DONE : ExitCode.SHORTFALL;
    }

    private static Optional<String> shortfall(Optional<Fidelity> fidelity, double atLeast) {
        if (fidelity.isEmpty()) {
            return Optional.of("there is nothing to compare it with; name a --reference that gives scores, and does not fail");
        }
        Fidelity found = fidelity.get();
        if (!found.conclusive()) {
            return Optional.of("the agreement is inconclusive, the reference sees too few classes or is unsure of most pixels; "
                    + "give other --images");
        }
        double share = (double) found.clearEqual() / found.clear();
        return share >= atLeast
                ? Optional.empty()
                : Optional.of(
                        String.format(Locale.ROOT, "only %.6f of the clear pixels agree, less than %s; see 'maskforge help bench'", share,
                                atLeast));
    }

    private void line(String text) {
        if (!says.isQuiet()) {
            spec.commandLine().getErr().println(text);
        }
    }

    /// How far the work is, a line at a time.
    private final class Lines implements Bench.Progress {
        private final Size size;

        Lines(Size size) {
            this.size = size;
        }

        @Override
        public void warmingUp(Subject subject) {
            line(size + " " + Line.of(subject.name()) + ": warming up");
        }

        /// A warning, which is said as errors are: it costs figures that were asked for.
        @Override
        public void referenceFailed(BenchModel failed, Throwable reason) {
            Failures.report(size + ": how far the labels agree is not known, since the reference " + Line.of(failed.file()) + " fails: "
                    + Failures.message(reason), reason, spec.commandLine().getErr(), says.isVerbose());
        }

        @Override
        public void refused(String subject, EngineException reason) {
            line(size + " " + Line.of(subject) + ": not measured, " + Failures.message(reason));
        }

        @Override
        public void turnDone(Subject subject, int round, Latencies soFar) {
            line(String.format(Locale.ROOT, "%s %s: round %d, median %.1f ms of %d runs", size, Line.of(subject.name()), round + 1,
                    soFar.median() / 1e6, soFar.count()));
        }
    }
}
