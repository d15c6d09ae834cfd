package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.models.Zoo;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge zoo`
@Command(name = "zoo", description = "Lists the official models: where they are, under which licence, how good. It downloads nothing.", footer = {
        "", "Fields of --json: docs/cli.md."})
final class ZooCommand implements Callable<Integer> {
    private static final int LONGEST_QUOTE = 60;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "only models with each of these in their architecture, dataset, task, backbone, "
            + "md5, configuration or name on the Hugging Face hub; such as: mask2former cityscapes swin-t")
    private List<String> names = List.of();

    @Option(names = "--json", description = "print the list as JSON")
    private boolean json;

    @Mixin
    private OutputArguments says;

    /// @throws MaskforgeException if no model is called so
    @Override
    public Integer call() {
        List<Zoo.Entry> found = Zoo.entries().stream().filter(entry -> names.stream().allMatch(name -> isCalled(entry, name))).toList();
        if (found.isEmpty()) {
            throw new MaskforgeException(nothing());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(found)));
        } else if (!says.isQuiet()) {
            print(found, out);
        }
        return ExitCode.DONE;
    }

    private static boolean isCalled(Zoo.Entry entry, String name) {
        return isDigestOf(entry.md5(), name) || isFileOf(entry.md5(), entry.configuration(), name)
                || words(entry).anyMatch(word -> contains(word, name));
    }

    /// The beginning of the md5 or more of it.
    private static boolean isDigestOf(String md5, String name) {
        String digits = name.toLowerCase(Locale.ROOT);
        return digits.matches("[0-9a-f]{6,32}") && digits.startsWith(md5);
    }

    private static boolean isFileOf(String md5, String configuration, String name) {
        String file = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        return file.equals("model_final_" + md5 + ".pkl") || file.equals(configuration) || file.equals(configuration + ".yaml");
    }

    private static Stream<String> words(Zoo.Entry entry) {
        return Stream.concat(Stream.of(entry.architecture(), entry.dataset(), entry.task().toString(), entry.backbone(), entry.md5()),
                entry.huggingFace().stream());
    }

    private static boolean contains(String word, String name) {
        return word.toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isCalled(Zoo.Unsupported entry, String name) {
        return isDigestOf(entry.md5(), name) || isFileOf(entry.md5(), entry.configuration(), name) || contains(entry.dataset(), name);
    }

    /// Why there is no such model: one of the names is wrong, or there is none with all of them.
    private String nothing() {
        return names.stream().filter(name -> Zoo.entries().stream().noneMatch(entry -> isCalled(entry, name))).findFirst()
                .map(ZooCommand::unknown).orElseGet(() -> "no official model is called all of '" + shown(String.join(" ", names))
                        + "'; leave one away, or see what 'maskforge zoo' lists");
    }

    private static String unknown(String name) {
        return Zoo.unsupported().stream().filter(entry -> isCalled(entry, name)).findFirst()
                .map(entry -> "'" + shown(name) + "' is not supported: it is " + entry.kind().reason() + "; 'maskforge zoo' lists what is")
                .orElseGet(() -> "no official model is called '" + shown(name) + "'; did you mean '" + nearest(name)
                        + "'? 'maskforge zoo' lists all");
    }

    private static String shown(String name) {
        return Line.of(name.length() <= LONGEST_QUOTE ? name : name.substring(0, LONGEST_QUOTE) + "…");
    }

    private static String nearest(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return Zoo.entries().stream().flatMap(ZooCommand::words).distinct()
                .min(Comparator.comparingInt(word -> EditDistance.between(wanted, word.toLowerCase(Locale.ROOT)))).orElseThrow();
    }

    private static SequencedMap<String, Object> facts(List<Zoo.Entry> entries) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("licence", Zoo.LICENCE);
        facts.put("models", entries.stream().map(ZooCommand::facts).toList());
        return facts;
    }

    private static SequencedMap<String, Object> facts(Zoo.Entry entry) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("md5", entry.md5());
        facts.put("architecture", entry.architecture());
        facts.put("dataset", entry.dataset());
        facts.put("task", entry.task().toString());
        facts.put("backbone", entry.backbone());
        facts.put("metric", entry.metric());
        facts.put("published", entry.published());
        facts.put("configuration", entry.configuration());
        facts.put("address", entry.address());
        entry.huggingFace().ifPresent(name -> facts.put("huggingFace", name));
        return facts;
    }

    private static void print(List<Zoo.Entry> entries, PrintWriter out) {
        String row = "%-6s  %-11s  %-16s  %-8s  %-12s  %-4s  %4s  %s%n";
        out.printf(Locale.ROOT, row, "md5", "model", "dataset", "task", "backbone", "", "", "address");
        for (Zoo.Entry entry : entries) {
            out.printf(Locale.ROOT, row, entry.md5(), entry.architecture(), entry.dataset(), entry.task(), entry.backbone(), entry.metric(),
                    entry.published(), entry.address() + entry.huggingFace().map(name -> "  " + name).orElse(""));
        }
        out.println(entries.size() + (entries.size() == 1 ? " model" : " models") + ", weights under " + Zoo.LICENCE
                + " (not for commercial use); get a file yourself and give it to 'maskforge inspect'");
    }
}
