package dev.maskforge.cli;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.ModelFile;
import dev.maskforge.Quantization;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import dev.maskforge.passes.Pass.Refusal;
import dev.maskforge.vision.RgbImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What commands say of int8: what became of the layers, how far it agrees with fp32, and if that is not enough, where the
/// error arises.
final class QuantizationReport {
    /// Layers that are named when the agreement falls short.
    private static final int NAMED = 3;

    private final PrintWriter err;
    private final OutputArguments says;
    private boolean enough = true;

    QuantizationReport(PrintWriter err, OutputArguments says) {
        this.err = err;
        this.says = says;
    }

    /// Tells of a model that was opened, if it computes in int8.
    void opened(Path checkpoint, Segmenter segmenter, Segmenter.Options options) {
        segmenter.quantization().ifPresent(quantization -> {
            tell(quantization);
            if (quantization.verdict() != Agreement.Verdict.PASSED) {
                enough = false;
                err.println("maskforge: " + Line.of(checkpoint) + ": " + shortfall(quantization, atFault(checkpoint, options)));
            }
        });
    }

    /// Tells of a model that was written in int8.
    void converted(Path checkpoint, Quantization quantization) {
        tell(quantization);
        if (quantization.verdict() != Agreement.Verdict.PASSED) {
            enough = false;
            err.println("maskforge: " + Line.of(checkpoint) + ": " + shortfall(quantization, ""));
        }
    }

    private void tell(Quantization quantization) {
        if (says.isQuiet()) {
            return;
        }
        err.println("int8: " + Words.counted(quantization.layers(), "layer") + " on integers, "
                + Words.counted(quantization.refusals().size(), "layer") + " in float32; " + Line.of(quantization.pictures())
                + (quantization.fromCache() ? ", measured before" : ""));
        err.println("int8 agrees with fp32 on them: " + quantization.agreement());
        if (says.isVerbose()) {
            byReason(quantization).forEach((reason, nodes) -> err.println("in float32, since " + reason + ": " + String.join(", ", nodes)));
        }
    }

    static SequencedMap<String, List<String>> byReason(Quantization quantization) {
        SequencedMap<String, List<String>> reasons = new LinkedHashMap<>();
        for (Refusal refusal : quantization.refusals()) {
            reasons.computeIfAbsent(refusal.reason(), _ -> new ArrayList<>()).add(refusal.node());
        }
        return reasons;
    }

    private static String shortfall(Quantization quantization, String atFault) {
        if (quantization.verdict() == Agreement.Verdict.INCONCLUSIVE) {
            return "int8's agreement with fp32 is inconclusive, fp32 sees too few classes or is unsure of most pixels; give other pictures "
                    + "with '--calibration DIR'";
        }
        return String.format(Locale.ROOT, "int8 gives only %.4f of the clear pixels fp32's class, less than %s; %sgive pictures like those "
                + "it is for with '--calibration DIR', or stay with fp32", quantization.agreement().total().ofClear(),
                Quantization.LEAST_AGREEMENT, atFault);
    }

    private static String atFault(Path checkpoint, Segmenter.Options options) {
        Optional<RgbImage> picture = options.calibration().map(CalibrationOptions::pictures).map(each -> each.pictures().getFirst().get());
        if (picture.isEmpty()) {
            return "";
        }
        try (ModelFile model = ModelFile.open(checkpoint, options.model())) {
            String layers = worst(Quantization.layerErrors(model, options, picture.get()));
            return layers.isEmpty() ? "" : "its error grows most at " + layers + "; ";
        }
    }

    /// The values before which the error grew the most.
    static String worst(List<OutputError> errors) {
        Map<OutputError, Double> growths = new LinkedHashMap<>();
        double before = 0;
        for (OutputError error : errors) {
            growths.put(error, error.relative() - before);
            before = error.relative();
        }
        return growths.entrySet().stream().sorted(Map.Entry.<OutputError, Double>comparingByValue(Comparator.reverseOrder())).limit(NAMED)
                .map(entry -> String.format(Locale.ROOT, "%s (%.0f %%)", entry.getKey().output(), 100 * entry.getKey().relative()))
                .collect(Collectors.joining(", "));
    }

    /// What a command exits with that would have exited so.
    int exitCode(int otherwise) {
        return otherwise == ExitCode.DONE && !enough ? ExitCode.SHORTFALL : otherwise;
    }

    /// For a machine's answer.
    static SequencedMap<String, Object> facts(Quantization quantization) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("pictures", quantization.pictures());
        facts.put("layers", quantization.layers());
        facts.put("float32", byReason(quantization));
        Agreement.Counts total = quantization.agreement().total();
        facts.put("agreement", total.pixels() == 0 ? 0 : total.ofAll());
        facts.put("agreementOfClear", total.clear() == 0 ? 0 : total.ofClear());
        facts.put("verdict", quantization.verdict().toString());
        return facts;
    }
}
