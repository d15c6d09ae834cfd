package dev.maskforge.cli;

import dev.maskforge.ModelFile;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.layer.Parameters.Usage;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge inspect`
@Command(name = "inspect", description = "Says what a checkpoint holds, and whether every tensor has its place; or what a plan is, and whether it is whole.", footer = {
        "",
        "Exits with 3 if tensors are missing, of another shape or not used, or if a plan's self-check did not pass.",
        "Fields of --json: docs/cli.md."})
final class InspectCommand implements Callable<Integer> {
    /// Which options hold for a plan too; the others ask what only a checkpoint can answer.
    private static final Set<String> FOR_PLANS = Set.of("--json", "--quiet", "--verbose");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache; or a .plan of 'maskforge build'")
    private Path checkpoint;

    @Option(names = "--passes", description = "what the rewrites make of the network's graph, pass by pass; with -v also where they refused, and why")
    private boolean passes;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, defaultValue = "512x1024", description = "the size at which --passes counts operations and bytes, multiples of 32 (default: ${DEFAULT-VALUE})")
    private Size size;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "whose passes --passes runs (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--json", description = "print the answer as JSON")
    private boolean json;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    /// Exits with 3 if the model and the file do not meet, or a plan's self-check did not pass; quiet, it says no more than that.
    @Override
    public Integer call() {
        return PlanFile.isPlan(checkpoint) ? inspectPlan() : inspectCheckpoint();
    }

    private int inspectPlan() {
        requireOptionsForPlans();
        PlanDescription plan = PlanDescription.of(checkpoint);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            print(plan.facts(), out);
        } else if (!says.isQuiet()) {
            plan.lines().forEach(out::println);
        }
        return plan.isPassed() ? ExitCode.DONE : ExitCode.SHORTFALL;
    }

    private void requireOptionsForPlans() {
        List<String> others = spec.commandLine().getParseResult().matchedOptions().stream().map(OptionSpec::longestName)
                .filter(name -> !FOR_PLANS.contains(name)).distinct().map(name -> "'" + name + "'").toList();
        if (!others.isEmpty()) {
            throw new ParameterException(spec.commandLine(), String.join(", ", others) + (others.size() == 1 ? " is" : " are")
                    + " for checkpoints, and " + checkpoint
                    + " is a plan, which says itself what it is and no longer has the graph that it was made of");
        }
    }

    private int inspectCheckpoint() {
        EngineArguments.requireKnown(engine, "--engine", spec.commandLine());
        try (ModelFile file = ModelFile.open(checkpoint, model.options())) {
            Usage usage = file.usage();
            PrintWriter out = spec.commandLine().getOut();
            Optional<PassTable> table = passes && usage.isComplete() ? Optional.of(PassTable.of(file, engine, size)) : Optional.empty();
            if (json) {
                SequencedMap<String, Object> facts = facts(file, usage);
                table.ifPresent(each -> facts.put("passes", each.facts()));
                print(facts, out);
            } else if (!says.isQuiet()) {
                print(file, usage, out);
                table.ifPresent(each -> each.print(out, says.isVerbose()));
            }
            return usage.isComplete() ? ExitCode.DONE : ExitCode.SHORTFALL;
        }
    }

    private static void print(SequencedMap<String, Object> facts, PrintWriter out) {
        out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts));
    }

    private static SequencedMap<String, Object> facts(ModelFile file, Usage usage) {
        MaskClassifier model = file.model();
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file.path().toString());
        facts.put("md5", file.checksum().hexadecimal());
        facts.put("architecture", model.name());
        facts.put("backbone", model.backbone().name());
        facts.put("task", file.task().toString());
        facts.put("dataset", file.dataset().name());
        facts.put("classes", model.classes());
        facts.put("queries", model.queries());
        facts.put("tensors", file.weights().types().size());
        facts.put("used", usage.used());
        facts.put("parameters", parameters(file));
        facts.put("ignored", usage.ignored());
        facts.put("missing", usage.missing());
        facts.put("misshapen", usage.misshapen());
        facts.put("unused", usage.unused());
        facts.put("metadata", file.weights().metadata());
        facts.put("skipped", file.weights().skipped());
        file.official().ifPresent(entry -> facts.put("published", Map.of("metric", entry.metric(), "value", entry.published())));
        return facts;
    }

    /// The number of floating-point elements, running statistics included.
    static long parameters(ModelFile file) {
        return file.weights().types().values().stream().filter(type -> type.dataType().isFloatingPoint()).map(TensorType::shape)
                .mapToLong(shape -> shape.elementCount()).sum();
    }

    private static void print(ModelFile file, Usage usage, PrintWriter out) {
        out.println(Descriptions.of(file));
        out.printf(Locale.ROOT, "%d tensors, %.2f million parameters, md5 %s%n", file.weights().types().size(), parameters(file) / 1e6,
                file.checksum().hexadecimal());
        int joined = file.weights().types().size() - usage.used() - usage.ignored().size() - usage.misshapen().size()
                - usage.unused().size();
        out.printf(Locale.ROOT, "%d used%s, %d for training only, %d missing, %d of another shape, %d not used%n", usage.used(),
                joined > 0 ? " and " + joined + " joined to them" : "", usage.ignored().size(), usage.missing().size(),
                usage.misshapen().size(), usage.unused().size());
        list("missing", usage.missing(), out);
        list("of another shape", usage.misshapen(), out);
        list("not used", usage.unused(), out);
        list("not tensors", file.weights().skipped().entrySet().stream().map(entry -> entry.getKey() + ": " + entry.getValue()).toList(),
                out);
        file.weights().metadata().forEach((key, value) -> out.println(key + ": " + value));
    }

    private static void list(String title, List<String> rows, PrintWriter out) {
        rows.forEach(row -> out.println("  " + title + ": " + row));
    }
}
