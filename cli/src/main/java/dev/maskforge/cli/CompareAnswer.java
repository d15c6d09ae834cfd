package dev.maskforge.cli;

import dev.maskforge.Comparison;
import dev.maskforge.ComparisonSummary;
import dev.maskforge.GraphForm;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Agreement.Confusion;
import dev.maskforge.engine.Agreement.Counts;
import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.OutputError;
import dev.maskforge.passes.Lowering;
import dev.maskforge.vision.ClassList;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// What `compare` answers when all pictures are done, for people and for machines.
///
/// @param gate   the share of clear pixels that must agree, if one was asked for
/// @param layers where the two begin to differ, if that was asked
record CompareAnswer(Comparison.Source first, Comparison.Source second, ClassList classes, boolean isAtNetworkSize,
        ComparisonSummary summary, OptionalDouble gate, Optional<LayerTable> layers) {
    /// The largest so many are printed.
    private static final int CONFUSIONS_SHOWN = 10;
    private static final int LONGEST_NAME = 32;

    /// Whether nothing fell short.
    boolean isEnough() {
        return summary.agreement().verdict(gate.orElse(0)) == Verdict.PASSED;
    }

    /// How a checkpoint's deformable attention is expanded, unless the engine has one of its own.
    static Optional<String> expansion(Comparison.Source source) {
        if (source.kind() != Comparison.Kind.CHECKPOINT) {
            return Optional.empty();
        }
        return new Lowering(Engines.named(source.engine()).nativeOperations(), source.deformableAttention()).expansion()
                .map(form -> form.name().toLowerCase(Locale.ROOT));
    }

    /// What the engine gets of a checkpoint's graph.
    private static Optional<String> graphForm(Comparison.Source source) {
        return source.kind() == Comparison.Kind.CHECKPOINT
                ? Optional.of(source.graphForm().orElseGet(() -> GraphForm.standard(Engines.named(source.engine()))).name()
                        .toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    private static String pixels(long count) {
        return count + (count == 1 ? " pixel" : " pixels");
    }

    private static String name(int label, ClassList classes) {
        if (label == Agreement.NO_CLASS) {
            return "no class";
        }
        return label < classes.size() ? classes.get(label).name() : "class " + label;
    }

    void print(PrintWriter out) {
        Agreement agreement = summary.agreement();
        String row = "%-" + width(agreement) + "s  %12s  %10s" + (summary.hasMargins() ? "  %12s  %10s%n" : "%n");
        out.printf(Locale.ROOT, row, "class in A", "pixels", "agree", "clear", "agree");
        agreement.byClass().forEach((label, counts) -> printRow(row, shown(label), counts, out));
        printRow(row, "all", agreement.total(), out);
        printConfusions(agreement.confusions(), out);
        summary.errors().forEach(out::println);
        if (!summary.hasMargins()) {
            out.println("A says labels alone and not how sure it is, so all pixels count as clear");
        }
        if (summary.unlabelled() > 0) {
            out.println("to " + pixels(summary.unlabelled()) + " A gives no class; they are not counted");
        }
        out.println(verdict());
        layers.ifPresent(table -> table.print(out));
    }

    private int width(Agreement agreement) {
        return Math.max("class in A".length(),
                agreement.byClass().keySet().stream().mapToInt(label -> shown(label).length()).max().orElse(0));
    }

    private String shown(int label) {
        String name = Line.of(name(label, classes));
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static void printRow(String row, String name, Counts counts, PrintWriter out) {
        out.printf(Locale.ROOT, row, name, counts.pixels(), percent(counts.equal(), counts.pixels()), counts.clear(),
                percent(counts.clearEqual(), counts.clear()));
    }

    /// Cut off, not rounded: 100.000 % means all.
    private static String percent(long part, long whole) {
        return whole == 0 ? "-" : String.format(Locale.ROOT, "%.3f %%", Math.floor(100_000.0 * part / whole) / 1000);
    }

    private void printConfusions(List<Confusion> confusions, PrintWriter out) {
        for (Confusion confusion : confusions.subList(0, Math.min(CONFUSIONS_SHOWN, confusions.size()))) {
            out.println(shown(confusion.reference()) + " became " + shown(confusion.other()) + ": " + pixels(confusion.pixels())
                    + (summary.hasMargins() ? ", " + confusion.clear() + " of them clear" : ""));
        }
        if (confusions.size() > CONFUSIONS_SHOWN) {
            long rest = confusions.stream().skip(CONFUSIONS_SHOWN).mapToLong(Confusion::pixels).sum();
            out.println((confusions.size() - CONFUSIONS_SHOWN) + " other changes: " + pixels(rest));
        }
    }

    private String verdict() {
        Agreement agreement = summary.agreement();
        Counts total = agreement.total();
        String wanted = gate.isPresent() ? ", and " + 100 * gate.getAsDouble() + " % is the least" : "";
        return switch (agreement.verdict(gate.orElse(0))) {
            case INCONCLUSIVE -> "inconclusive: A gives " + agreement.byClass().size() + " of at least " + Agreement.FEWEST_CLASSES
                    + " classes, and " + percent(total.clear(), total.pixels()) + " of at least 50 % of its pixels are clear; "
                    + "take other pictures, or a trained model";
            case PASSED -> (gate.isPresent() ? "passed: " : "") + agreement + wanted;
            case FELL_SHORT -> "fell short: " + agreement + wanted;
        };
    }

    /// All of it.
    ///
    /// @param pictures those of each picture
    SequencedMap<String, Object> facts(List<SequencedMap<String, Object>> pictures) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("a", facts(first));
        facts.put("b", facts(second));
        facts.put("comparedAt", isAtNetworkSize ? "network" : "picture");
        facts.put("margin", Agreement.MARGIN);
        facts.putAll(facts(summary, classes));
        facts.put("conclusive", summary.agreement().isConclusive());
        gate.ifPresent(least -> {
            facts.put("minAgreement", least);
            facts.put("verdict", summary.agreement().verdict(least).toString());
        });
        layers.ifPresent(table -> facts.put("layers", table.facts()));
        facts.put("pictures", pictures);
        return facts;
    }

    private static SequencedMap<String, Object> facts(Comparison.Source source) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("path", source.path().toString());
        facts.put("kind", source.kind().name().toLowerCase(Locale.ROOT));
        if (source.kind() != Comparison.Kind.LABELS) {
            facts.put("engine", source.engine());
            facts.put("precision", source.engineOptions().precision().toString());
            facts.put("threads", source.engineOptions().threads());
        }
        expansion(source).ifPresent(form -> facts.put("deformableAttention", form));
        graphForm(source).ifPresent(form -> facts.put("graph", form));
        return facts;
    }

    /// Of one picture or of all.
    static SequencedMap<String, Object> facts(ComparisonSummary summary, ClassList classes) {
        Agreement agreement = summary.agreement();
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("agreement", facts(agreement.total(), summary.hasMargins()));
        facts.put("unlabelled", summary.unlabelled());
        List<Map<String, Object>> rows = new ArrayList<>();
        agreement.byClass().forEach((label, counts) -> {
            SequencedMap<String, Object> row = new LinkedHashMap<>();
            row.put("class", name(label, classes));
            row.putAll(facts(counts, summary.hasMargins()));
            rows.add(row);
        });
        facts.put("classes", rows);
        facts.put("confusions", agreement.confusions().stream().map(confusion -> facts(confusion, summary.hasMargins(), classes)).toList());
        facts.put("errors", summary.errors().stream().map(CompareAnswer::facts).toList());
        return facts;
    }

    private static SequencedMap<String, Object> facts(Counts counts, boolean hasMargins) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("pixels", counts.pixels());
        facts.put("equal", counts.equal());
        if (counts.pixels() > 0) {
            facts.put("ofAll", counts.ofAll());
        }
        if (hasMargins) {
            facts.put("clear", counts.clear());
            facts.put("clearEqual", counts.clearEqual());
            if (counts.clear() > 0) {
                facts.put("ofClear", counts.ofClear());
            }
        }
        return facts;
    }

    private static SequencedMap<String, Object> facts(Confusion confusion, boolean hasMargins, ClassList classes) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("a", name(confusion.reference(), classes));
        facts.put("b", name(confusion.other(), classes));
        facts.put("pixels", confusion.pixels());
        if (hasMargins) {
            facts.put("clear", confusion.clear());
        }
        return facts;
    }

    /// An infinite error is no number in JSON, and left out.
    static SequencedMap<String, Object> facts(OutputError error) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("output", error.output());
        facts.put("finite", Double.isFinite(error.relative()));
        if (Double.isFinite(error.relative())) {
            facts.put("relative", error.relative());
            facts.put("largestDifference", error.largestDifference());
        }
        facts.put("largestReference", error.largestReference());
        return facts;
    }
}
