package dev.maskforge.cli;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.check.CheckPart;
import dev.maskforge.engine.check.CheckResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A self-check for people.
record CheckTable(CheckResult result) {
    /// The rows, the outputs' errors, and the verdict.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%-24s %12s %10s %12s %10s %8s  %s", "self-check", "pixels", "agree", "clear", "agree",
                "classes",
                "the worst"));
        for (CheckPart part : result.parts()) {
            Agreement.Counts total = part.agreement().total();
            lines.add(String.format(Locale.ROOT, "%-24s %12d %10s %12d %10s %8d  %s", part.name(), total.pixels(),
                    share(total.equal(), total.pixels()), total.clear(), share(total.clearEqual(), total.clear()),
                    part.agreement().byClass().size(), worst(part)));
        }
        for (OutputError error : result.worstErrors()) {
            lines.add(String.format(Locale.ROOT, "%-24s %.1e relative, %.1e absolute", error.output(), error.relative(),
                    error.largestDifference()));
        }
        lines.add(result.verdict() + ": " + result.pictures() + " pictures, at least " + result.gate().agreement()
                + " of the clear pixels must agree");
        return lines;
    }

    private static String worst(CheckPart part) {
        Agreement.Counts total = part.worst().agreement().total();
        return total.clear() == 0 ? "none is clear" : share(total.clearEqual(), total.clear()) + " of " + part.worst();
    }

    /// Cut off, not rounded: 100.0000 % means all.
    static String share(long part, long whole) {
        return whole == 0 ? "none" : String.format(Locale.ROOT, "%.4f %%", Math.floor(1e6 * part / whole) / 1e4);
    }
}
