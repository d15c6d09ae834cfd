package dev.maskforge.cli;

import dev.maskforge.Likeness;
import dev.maskforge.Optimizer;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.graph.Graph;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge optimize`
@Command(name = "optimize", description = {"Makes an ONNX file faster, ours or another tool's, without changing what it says.",
        "What exporters took apart is recognised (normalisation, attention, deformable attention, the segmentation head), rewritten, "
                + "and written in ONNX's own operators, which any runtime runs."}, footer = {"",
                        "Both files are run in ONNX Runtime on pictures that are made up, and the new one is written only if numbers agree to 1e-5 "
                                + "of the largest and labels at all clear pixels. If not, nothing is written and the exit code is 3. "
                                + "Fields of --json: docs/cli.md."})
final class OptimizeCommand implements Callable<Integer> {
    private static final Size PICTURE = new Size(256, 512);
    private static final int PICTURES = 2;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "an .onnx file")
    private Path source;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "FILE", description = "the .onnx file to write")
    private Path target;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "fix the size of pictures, multiples of 32, where the file leaves it free: "
            + "much more is recognised then")
    private @Nullable Size size;

    @Option(names = "--threads", paramLabel = "N", converter = ThreadsByText.class, description = "threads of the check, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "print the answer as JSON")
    private boolean json;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        EngineOptions standard = EngineOptions.standard();
        Folders.requireFor(target);
        Optimizer.Options options = new Optimizer.Options(Optional.ofNullable(size), OptimizeCommand::pictures,
                threads == null ? standard : standard.withThreads(threads));
        PrintWriter err = spec.commandLine().getErr();
        boolean isTalkative = !says.isQuiet() && !json;
        Optimizer.Result result = Optimizer.optimise(source, target, options, new Optimizer.Observer() {
            private boolean hasHead;

            @Override
            public void passed(Pipeline.Step step, Graph after) {
                if (isTalkative) {
                    if (!hasHead) {
                        err.println(row("pass", "matches", "refused", "nodes before", "after", "ms"));
                        hasHead = true;
                    }
                    print(step, err);
                }
            }

            @Override
            public void fellShort(List<Likeness> check) {
                if (isTalkative) {
                    check.forEach(likeness -> err.println(Line.of(likeness)));
                    err.println("more than rounding: once more, without what sums in another order");
                }
            }
        });
        if (json) {
            spec.commandLine().getOut().println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(result)));
        } else if (!says.isQuiet()) {
            result.check().forEach(likeness -> err.println(Line.of(likeness)));
            untelling(result.check()).ifPresent(err::println);
            if (result.isWritten()) {
                err.printf(Locale.ROOT, "%s: %d nodes of %d, %.1f MB, %.1f s%n", Line.of(target), result.optimised().nodes().size(),
                        result.read().nodes().size(), Files.size(target) / 1e6, (System.nanoTime() - start) / 1e9);
            }
        }
        if (!result.isWritten()) {
            err.println("maskforge: " + Line.of(target) + " was not written: " + shortfall(result.check()));
            return ExitCode.SHORTFALL;
        }
        return ExitCode.DONE;
    }

    private static List<RgbImage> pictures() {
        return IntStream.rangeClosed(1, PICTURES).mapToObj(seed -> StreetScenes.generate(seed, PICTURE).image()).toList();
    }

    private static String row(Object pass, Object matches, Object refusals, Object before, Object after, Object time) {
        return String.format(Locale.ROOT, "%-48s %7s %7s %12s %6s %6s", pass, matches, refusals, before, after, time);
    }

    private void print(Pipeline.Step step, PrintWriter err) {
        err.println(row(step.pass(), step.matches(), step.refusals().size(), step.before(), step.after(), step.time().toMillis()));
        if (says.isVerbose()) {
            step.refusals().forEach(refusal -> err.println("  " + Line.of(refusal.node() + ": " + refusal.reason())));
        }
    }

    /// Of inputs that were left out.
    private static Optional<String> untelling(List<Likeness> check) {
        return check.stream().map(Likeness::inputs).filter(inputs -> inputs < Likeness.INPUTS).findFirst()
                .map(inputs -> "by " + inputs + " of " + Likeness.INPUTS + " inputs; on the others the file itself says something else "
                        + "when they are rounded");
    }

    private String shortfall(List<Likeness> check) {
        return check.stream().filter(likeness -> !likeness.isEnough()).map(likeness -> Line.of(likeness)).collect(Collectors.joining("; "))
                + ", which is more than rounding (" + Likeness.BOUND + " of the largest number, all clear pixels); keep " + Line.of(source)
                + ", and report the file if you may share it";
    }

    private SequencedMap<String, Object> facts(Optimizer.Result result) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("source", source.toString());
        facts.put("file", target.toString());
        facts.put("written", result.isWritten());
        facts.put("extent", result.extent().toString());
        facts.put("nodes", counts(result.read()));
        facts.put("optimizedNodes", counts(result.optimised()));
        facts.put("passes", result.steps().stream().map(OptimizeCommand::facts).toList());
        facts.put("outputs", result.check().stream().map(OptimizeCommand::facts).toList());
        return facts;
    }

    /// How many nodes of each kind there are.
    private static SequencedMap<String, Long> counts(Graph graph) {
        return new TreeMap<>(graph.nodes().stream().map(node -> node.operation().type())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
    }

    private static SequencedMap<String, Object> facts(Pipeline.Step step) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("pass", step.pass());
        facts.put("matches", step.matches());
        facts.put("refusals", refusals(step.refusals()));
        facts.put("nodesBefore", step.before());
        facts.put("nodesAfter", step.after());
        facts.put("milliseconds", step.time().toMillis());
        return facts;
    }

    private static List<SequencedMap<String, Object>> refusals(List<Pass.Refusal> refusals) {
        List<SequencedMap<String, Object>> rows = new ArrayList<>();
        for (Pass.Refusal refusal : refusals) {
            SequencedMap<String, Object> row = new LinkedHashMap<>();
            row.put("node", refusal.node());
            row.put("reason", refusal.reason());
            rows.add(row);
        }
        return rows;
    }

    private static SequencedMap<String, Object> facts(Likeness likeness) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("output", likeness.output());
        likeness.error().ifPresent(error -> facts.put("relativeError", error.relative()));
        likeness.agreement().ifPresent(agreement -> {
            facts.put("pixels", agreement.total().pixels());
            facts.put("equal", agreement.total().equal());
            facts.put("clear", agreement.total().clear());
            facts.put("clearEqual", agreement.total().clearEqual());
            facts.put("conclusive", agreement.isConclusive());
        });
        facts.put("unequal", likeness.unequal());
        facts.put("inputs", likeness.inputs());
        facts.put("enough", likeness.isEnough());
        return facts;
    }
}
