package dev.maskforge.cli;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.EngineBuilder;
import dev.maskforge.MaskforgeException;
import dev.maskforge.ModelFile;
import dev.maskforge.PlanCandidate;
import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge build`
@Command(name = "build", description = "Compiles a model for an engine ahead of time, and checks that the plan says what the model says.", footer = {
        "",
        "Exits with 3 if the self-check falls short or says nothing; then no plan is left, unless --keep says so.",
        "What is checked and what is refused: docs/plans.md."})
final class BuildCommand implements Callable<Integer> {
    /// Streets that training never saw, as in the demo.
    private static final long FIRST_SEED = 1_000_000;
    private static final int DRAWN = 4;
    /// More say little more, and each takes its scores' memory.
    private static final int MOST_PICTURES = 16;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache")
    private Path checkpoint;

    @Option(names = {"-o",
            "--out"}, required = true, paramLabel = "FILE", description = "the plan to write, such as model.plan; FILE.json beside it says what it is")
    private Path target;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "tensorrt", description = "an engine that compiles plans, see 'maskforge doctor' (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--check-images", paramLabel = "DIR", description = "pictures for the self-check, at least 4, of which the first 16 are taken (default: four streets that are drawn for it)")
    private @Nullable Path checkImages;

    @Option(names = "--calibration", paramLabel = "DIR", description = "pictures for fp16, such as the model will see: what is beyond 512 on them stays in float32 (default: none)")
    private @Nullable Path calibration;

    @Option(names = "--keep", description = "write the plan even if the self-check does not pass; what it said lies beside it")
    private boolean keep;

    @Option(names = "--search", paramLabel = "FOR", defaultValue = "layers", description = "what a check that falls short is followed to: layers (builds again, which takes minutes) or outputs (default: ${DEFAULT-VALUE})")
    private EngineBuilder.Search search;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private PlanArguments plan;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        EngineArguments.requireKnown(engine, "--engine", spec.commandLine());
        requirePlan();
        Folders.requireFor(target);
        long start = System.nanoTime();
        PrintWriter err = spec.commandLine().getErr();
        try (ModelFile file = ModelFile.open(checkpoint, model.options()); Progress progress = Progress.on(err, says)) {
            BuildOptions options = plan.options(file.dataset().nativeSize());
            EngineBuilder usual = new EngineBuilder(engine, options, plan.input(), plan.output(),
                    EngineBuilder.of(engine, options).child(), search);
            progress.done(Descriptions.of(file));
            EngineBuilder builder = calibration == null ? usual : usual.calibrated(file, calibration(calibration, options, progress));
            try (PlanCandidate candidate = builder.build(file, target, pictures(options.profile(), progress), new Phases(progress))) {
                boolean ships = candidate.check().isPassed() || keep;
                if (ships) {
                    candidate.ship();
                }
                tell(candidate, ships, (System.nanoTime() - start) / 1e9);
                return candidate.check().isPassed() ? ExitCode.DONE : ExitCode.SHORTFALL;
            }
        }
    }

    /// Commands tell plans by their ending, and a build replaces what is there.
    private void requirePlan() {
        if (!PlanFile.isPlan(target)) {
            throw new MaskforgeException("'" + target + "' does not end in " + PlanFile.ENDING + ", by which plans are told; call it "
                    + target + PlanFile.ENDING);
        }
    }

    private CalibrationOptions calibration(Path folder, BuildOptions options, Progress progress) {
        if (options.precision() != Precision.FP16) {
            throw new ParameterException(spec.commandLine(),
                    "'--calibration' is for '--precision fp16', and this is " + options.precision());
        }
        return CalibrationOptions.of(CalibrationArguments.read(folder, ImageLimits.DEFAULT)).withProgress((runs, ofRuns) -> {
            progress.working("measuring how large values are: run " + runs + " of " + ofRuns);
            if (runs == ofRuns) {
                progress.done("measured how large values are on the pictures in " + Line.of(folder));
            }
        });
    }

    private List<RgbImage> pictures(BuildProfile profile, Progress progress) {
        if (checkImages == null) {
            Size size = new Size(Math.toIntExact(profile.height().optimum()), Math.toIntExact(profile.width().optimum()));
            progress.working("drawing streets for the self-check");
            return LongStream.range(FIRST_SEED, FIRST_SEED + DRAWN).mapToObj(seed -> SampleScene.draw(seed, size).image()).toList();
        }
        if (!Files.isDirectory(checkImages)) {
            throw new MaskforgeException("there is no folder '" + checkImages + "' with pictures for the self-check; name one");
        }
        List<PictureFiles.Entry> entries = PictureFiles.find(List.of(checkImages));
        return entries.stream().limit(MOST_PICTURES).map(entry -> ImageFile.read(entry.file(), ImageLimits.DEFAULT)).toList();
    }

    private void tell(PlanCandidate candidate, boolean ships, double seconds) {
        PrintWriter err = spec.commandLine().getErr();
        if (!says.isQuiet()) {
            new CheckTable(candidate.check()).lines().forEach(line -> err.println(Line.of(line)));
        }
        candidate.check().findings().forEach(finding -> err.println("maskforge: " + Line.of(finding)));
        if (!ships) {
            err.println("maskforge: " + Line.of(target) + " is not written, since the self-check " + ending(candidate)
                    + "; try another precision or --setting, or --keep it to look into it");
        } else if (!says.isQuiet()) {
            err.printf(Locale.ROOT, "%s: %s, %s, %s, %s, %.1f s%n", Line.of(target), engine, candidate.record().options().precision(),
                    candidate.record().options().profile(), CacheCommand.size(candidate.record().bytes()), seconds);
        }
        if (json) {
            spec.commandLine().getOut()
                    .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(candidate, ships, seconds)));
        }
    }

    private static String ending(PlanCandidate candidate) {
        return switch (candidate.check().verdict()) {
            case FELL_SHORT -> "fell short";
            case INCONCLUSIVE -> "was inconclusive";
            case PASSED -> "passed";
        };
    }

    private SequencedMap<String, Object> facts(PlanCandidate candidate, boolean ships, double seconds) {
        PlanRecord record = candidate.record();
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("checkpoint", checkpoint.toString());
        facts.put("plan", target.toString());
        facts.put("written", ships);
        facts.put("verdict", candidate.check().verdict().toString());
        facts.put("findings", candidate.check().findings());
        facts.put("seconds", seconds);
        facts.put("record", new JsonMapper().readTree(PlanFile.text(record)));
        return facts;
    }

    /// How far the build is, on a terminal as a line that changes.
    private record Phases(Progress progress) implements BuildProgress {
        @Override
        public void phase(String name, int step, int steps) {
            progress.working(steps == 0 ? name : name + ", " + step + " of " + steps);
        }
    }
}
