package dev.maskforge.cli;

import dev.maskforge.InputValues;
import dev.maskforge.MaskforgeException;
import dev.maskforge.OnnxNetwork;
import dev.maskforge.Version;
import dev.maskforge.cli.bench.Bench.Computing;
import dev.maskforge.cli.bench.BenchModel;
import dev.maskforge.cli.bench.CheckpointModel;
import dev.maskforge.cli.bench.ImageNetwork;
import dev.maskforge.cli.bench.MachineCeilings;
import dev.maskforge.cli.bench.OnnxModel;
import dev.maskforge.cli.bench.PartProfile;
import dev.maskforge.cli.bench.PlanModel;
import dev.maskforge.cli.bench.Profiler;
import dev.maskforge.cli.bench.RunShape;
import dev.maskforge.engine.Device;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Clock;
import dev.maskforge.vision.AtomicFile;
import dev.maskforge.vision.Size;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
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

/// `maskforge profile`
@Command(name = "profile", description = "Tells where a plan's time goes, by the parts of its network, and what the machine would take at least.", footer = {
        "",
        "Layers are timed one by one, which takes longer than the network in one go; both are printed. Plans that were built",
        "with '--setting layer-names=true' tell which nodes a layer was fused of. What the columns mean: docs/benchmarks/README.md."})
final class ProfileCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "a .plan file, or an .onnx file with --engine tensorrt or reference, which tell how long layers take")
    private Path file;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input (default: the file's own, if it has one)")
    private @Nullable Size size;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "pictures a run (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "50", description = "runs in one go, and as many layer by layer (default: ${DEFAULT-VALUE})")
    private int runs;

    @Option(names = "--warmup", paramLabel = "N", defaultValue = "10", description = "runs of each kind before those that count (default: ${DEFAULT-VALUE})")
    private int warmups;

    @Option(names = "--reference", paramLabel = "CHECKPOINT", description = "what it was made of, for operations and bytes by part and the floor")
    private @Nullable Path reference;

    @Option(names = "--input-values", paramLabel = "KIND", description = InputValuesText.DESCRIPTION)
    private @Nullable InputValues inputValues;

    @Option(names = "--ceilings", paramLabel = "WHEN", defaultValue = "cached", description = "the machine's fastest arithmetic and copying, for the floor: cached (measured once), fresh or none "
            + "(default: ${DEFAULT-VALUE})")
    private MachineCeilings ceilings;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "write parts and layers as JSON")
    private @Nullable Path target;

    @Option(names = "--json", description = "print the same JSON instead of the table")
    private boolean json;

    @Mixin
    private EngineArguments engines;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    /// The file.
    private record Profile(int version, String tool, String started, List<String> command, String model, String graph, String engine,
            String device,
            String driver, String precision, int batch, int height, int width, Optional<Ceilings> ceilings, PartProfile profile) {}

    @Override
    public Integer call() {
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        requirePlanOrOnnx();
        require("--batch", batch, 1);
        require("--runs", runs, 1);
        require("--warmup", warmups, 0);
        Optional.ofNullable(target).ifPresent(Folders::requireFor);
        EngineOptions options = engines.options();
        RunShape at = new RunShape(batch, size());
        try (BenchModel profiled = PlanFile.isPlan(file) ? PlanModel.open(file)
                : OnnxModel.open(file, Optional.ofNullable(inputValues), batch)) {
            String engine = engine(profiled);
            if (!profiled.takes(at)) {
                throw new MaskforgeException(file + " does not take " + at + "; name a size and a batch that it was made for with --size "
                        + "and --batch");
            }
            Precision precision = profiled.precision(engine, options.precision());
            Computing computing = new Computing(engine, precision);
            Optional<Ceilings> best = Optional.ofNullable(ceilings.of(Set.of(computing), options, this::line).get(computing));
            PartProfile profile = profile(profiled, engine, options, at, precision, best);
            Device device = Engines.named(engine).device();
            write(new Profile(1, "maskforge " + Version.current(), started, commandLine(), file.toString(), profiled.hash(), engine,
                    device.name(),
                    device.driver().orElse("none"), precision.toString(), batch, at.size().height(), at.size().width(), best, profile));
            return ExitCode.DONE;
        }
    }

    private List<String> commandLine() {
        return Stream.concat(Stream.of("maskforge"), spec.root().commandLine().getParseResult().originalArgs().stream()).toList();
    }

    private void require(String option, int number, int least) {
        if (number < least) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '" + option + "': " + least + " at least, not " + number);
        }
    }

    private String engine(BenchModel profiled) {
        List<String> able = profiled.engines(engines.engines());
        if (able.size() > 1) {
            throw new ParameterException(spec.commandLine(), "Invalid value for option '--engine': a profile is of one engine, not of "
                    + String.join(" and ", able));
        }
        return able.getFirst();
    }

    private void requirePlanOrOnnx() {
        if (!PlanFile.isPlan(file) && !file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            throw new MaskforgeException(
                    file + " is neither a .plan nor an .onnx file; make one with 'maskforge build' or 'maskforge convert'");
        }
    }

    private Size size() {
        return Optional.ofNullable(size)
                .or(() -> OnnxNetwork.read(file, Optional.ofNullable(inputValues).or(() -> Optional.of(InputValues.RGB)), batch)
                        .fixedSize())
                .orElseThrow(() -> new MaskforgeException(file + " takes pictures of several sizes; name one with --size"));
    }

    private PartProfile profile(BenchModel profiled, String engine, EngineOptions options, RunShape at, Precision precision,
            Optional<Ceilings> best) {
        Optional<CheckpointModel> counted = Optional.ofNullable(reference).map(
                checkpoint -> CheckpointModel.open(checkpoint, model.options(), Optional.empty(), _ -> Optional.empty(), (_, _, _) -> {
                }));
        try (BenchModel.Ready ready = profiled.open(engine, options, at)) {
            if (!(ready instanceof ImageNetwork network)) {
                throw new IllegalStateException(profiled.file() + " does not open as a network");
            }
            line("profiling " + Line.of(file) + " at " + at);
            return new Profiler(warmups, runs, Clock.SYSTEM).profile(network, precision, at, counted, best);
        } finally {
            counted.ifPresent(CheckpointModel::close);
        }
    }

    private void write(Profile profile) {
        String text = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(profile) + "\n";
        if (target != null) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(target, output -> output.write(bytes));
            line("written to " + Line.of(target));
        }
        if (json) {
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
        } else if (!says.isQuiet()) {
            profile.profile().lines().forEach(row -> spec.commandLine().getOut().println(Line.of(row)));
        }
    }

    private void line(String text) {
        if (!says.isQuiet()) {
            spec.commandLine().getErr().println(text);
        }
    }
}
