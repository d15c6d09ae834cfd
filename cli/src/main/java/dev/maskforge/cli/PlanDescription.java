package dev.maskforge.cli;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// What a plan is, for `inspect`. The words are the file's, and files come from anyone.
///
/// @param plan what is known of it; its bytes are those that were written
record PlanDescription(Path file, PlanRecord plan) {
    private static final int LONGEST = 300;
    /// What the first line says already.
    private static final Set<String> IN_TITLE = Set.of("maskforge.architecture", "maskforge.backbone", "maskforge.queries",
            "maskforge.classes", "maskforge.task", "maskforge.dataset");

    /// @throws dev.maskforge.engine.plan.PlanException if nothing is known of it, or it has other bytes than were written
    static PlanDescription of(Path file) {
        return new PlanDescription(file, PlanFile.examine(file));
    }

    /// Whether its self-check passed; a plan that did not may be kept to look into it.
    boolean isPassed() {
        return plan.check().isPassed();
    }

    /// Each fit for a terminal, and cut where it is longer than anybody reads.
    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(title(), origin(), settings(), ports(), checksum()));
        lines.addAll(check());
        lines.add("graph: " + plan.graph());
        plan.facts().forEach((name, text) -> lines.add(name + ": " + inOneLine(text)));
        plan.metadata().entrySet().stream().filter(entry -> !IN_TITLE.contains(entry.getKey()))
                .forEach(entry -> lines.add(entry.getKey() + ": " + inOneLine(entry.getValue())));
        return lines.stream().map(PlanDescription::shown).toList();
    }

    private static String inOneLine(String text) {
        return text.lines().collect(Collectors.joining(", "));
    }

    private static String shown(String line) {
        return line.length() <= LONGEST ? Line.of(line) : Line.of(line.substring(0, LONGEST)) + "... ('--json' has it all)";
    }

    /// Such as `MaskFormer, ResNet-50, 100 queries, 19 classes, semantic, cityscapes (plan)`.
    private String title() {
        String model = Stream.of(said("architecture"), said("backbone"), said("queries").map(count -> count + " queries"),
                said("classes").map(count -> count + " classes"), said("task"), said("dataset")).flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
        return (model.isEmpty() ? "it does not say of which model it is" : model) + " (plan)";
    }

    private Optional<String> said(String what) {
        return Optional.ofNullable(plan.metadata().get("maskforge." + what));
    }

    private String origin() {
        PlanTarget target = plan.target();
        Stream<String> libraries = target.libraries().entrySet().stream().map(library -> library.getKey() + " " + library.getValue());
        Stream<String> device = Stream.of(Optional.of(target.device()), target.computeCapability().map("compute capability "::concat),
                target.driver().map("driver "::concat)).flatMap(Optional::stream);
        return "made by " + plan.tool() + " at " + plan.made() + " for engine " + plan.engine() + ": "
                + Stream.concat(libraries, device).collect(Collectors.joining(", "));
    }

    private String settings() {
        BuildOptions options = plan.options();
        return options.precision() + ", " + options.profile() + ", workspace " + CacheCommand.size(options.workspaceBytes()) + ", level "
                + options.optimisationLevel()
                + options.settings().entrySet().stream().map(setting -> ", " + setting.getKey() + "=" + setting.getValue())
                        .collect(Collectors.joining());
    }

    private String ports() {
        return "takes " + ports(plan.inputs()) + "; gives " + ports(plan.outputs());
    }

    private static String ports(Map<String, String> ports) {
        return ports.entrySet().stream().map(port -> "'" + port.getKey() + "' " + port.getValue()).collect(Collectors.joining(", "));
    }

    private String checksum() {
        return CacheCommand.size(plan.bytes()) + ", as it was written: sha256 " + plan.sha256();
    }

    private List<String> check() {
        CheckFigures check = plan.check();
        List<String> lines = new ArrayList<>();
        lines.add("self-check " + check.verdict() + ": " + check.pictures() + " pictures, at least " + check.gate()
                + " of the clear pixels must agree");
        for (CheckFigures.Part part : check.parts()) {
            String name = "  " + part.what() + ", batch " + part.batch() + ": ";
            lines.add(name + CheckTable.share(part.equal(), part.pixels()) + " of " + part.pixels() + " pixels agree, "
                    + CheckTable.share(part.clearEqual(), part.clear()) + " of " + part.clear() + " clear ones, " + part.classes()
                    + " classes");
            part.errors().forEach(error -> lines.add(name + error.output() + " " + figure(error.relative()) + " relative, "
                    + figure(error.absolute()) + " absolute"));
        }
        check.findings().forEach(finding -> lines.add("  finding: " + finding));
        return lines;
    }

    private static String figure(Optional<Double> error) {
        return error.map(value -> String.format(Locale.ROOT, "%.1e", value)).orElse("not finite");
    }

    /// The same, and all that is cut, for machines.
    SequencedMap<String, Object> facts() {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file.toString());
        facts.put("record", new JsonMapper().readTree(PlanFile.text(plan)));
        return facts;
    }
}
