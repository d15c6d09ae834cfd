package dev.maskforge.engine.check;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.OutputError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a self-check says of an engine.
///
/// @param gate     that it was held against
/// @param pictures how many it was shown
/// @param parts    what was looked at
/// @param layers   where the networks begin to differ, if it did not pass and that could be found out
/// @param noLayers why it could not, if it could not
public record CheckResult(Gate gate, int pictures, List<CheckPart> parts, Optional<LayerComparison.Report> layers,
        Optional<String> noLayers) {
    private static final int MOST_LAYERS = 5;

    public CheckResult {
        parts = List.copyOf(parts);
    }

    /// Passed only if every part did; fallen short if one did.
    public Verdict verdict() {
        List<Verdict> verdicts = parts.stream().map(part -> part.verdict(gate)).toList();
        if (verdicts.contains(Verdict.FELL_SHORT)) {
            return Verdict.FELL_SHORT;
        }
        return verdicts.isEmpty() || verdicts.contains(Verdict.INCONCLUSIVE) ? Verdict.INCONCLUSIVE : Verdict.PASSED;
    }

    public boolean isPassed() {
        return verdict() == Verdict.PASSED;
    }

    /// Why it did not pass, a sentence each: the parts, the outputs that differ most, the layers. Empty if it passed.
    public List<String> findings() {
        List<String> findings = new ArrayList<>();
        for (CheckPart part : parts) {
            part.wrong().forEach(wrong -> findings.add(part.name() + ": " + wrong));
            switch (part.verdict(gate)) {
                case FELL_SHORT -> findings.add(shortfall(part));
                case INCONCLUSIVE -> findings.add(inconclusive(part));
                case PASSED -> {
                    // nothing to say
                }
            }
        }
        if (!isPassed()) {
            worstErrors().forEach(error -> findings.add("output " + error));
            layers.ifPresent(report -> findings.add(layers(report)));
            noLayers.ifPresent(reason -> findings.add("the layers are not known: " + reason));
        }
        return findings;
    }

    private String shortfall(CheckPart part) {
        Agreement.Counts total = part.agreement().total();
        return String.format(Locale.ROOT, "%s: %s of the clear pixels agree, and %s must; the worst is %s with %s", part.name(),
                share(total.ofClear()), gate.agreement(), part.worst(), share(part.worst().agreement().total().ofClear()));
    }

    /// Cut off, not rounded, so that what is below the gate reads below it.
    private static String share(double share) {
        return Double.isNaN(share) ? "none" : String.format(Locale.ROOT, "%.6f", Math.floor(1e6 * share) / 1e6);
    }

    private static String inconclusive(CheckPart part) {
        Agreement.Counts total = part.agreement().total();
        return String.format(Locale.ROOT, "%s: inconclusive, the reference sees %d classes and is sure of %d of %d pixels; show it pictures"
                + " of what it was trained on", part.name(), part.agreement().byClass().size(), total.clear(), total.pixels());
    }

    /// The largest error of each raw output, the worst first.
    public List<OutputError> worstErrors() {
        List<OutputError> worst = new ArrayList<>();
        for (CheckPart part : parts) {
            for (OutputError error : part.errors()) {
                Optional<OutputError> known = worst.stream().filter(each -> each.output().equals(error.output())).findFirst();
                known.ifPresent(worst::remove);
                worst.add(known.map(error::worse).orElse(error));
            }
        }
        worst.sort(Comparator.comparingDouble(OutputError::relative).reversed());
        return worst;
    }

    private String layers(LayerComparison.Report report) {
        return report.first()
                .map(first -> String.format(Locale.ROOT, "layer %s is the first of those measured above %.0e; the worst: %s", first,
                        gate.layerError(), worst(report)))
                .orElseGet(
                        () -> String.format(Locale.ROOT,
                                "no layer is above %.0e when it is looked at, so the fault lies in how layers are fused, or"
                                        + " behind them; the worst: %s",
                                gate.layerError(), worst(report)));
    }

    private static String worst(LayerComparison.Report report) {
        return String.join(", ", report.measured().stream().sorted(Comparator.comparingDouble(OutputError::relative).reversed())
                .limit(MOST_LAYERS).map(OutputError::toString).toList());
    }
}
