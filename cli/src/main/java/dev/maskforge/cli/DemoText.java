package dev.maskforge.cli;

import dev.maskforge.measure.Latencies;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What a demo says at its end, to people.
final class DemoText {
    /// How this program was called; its scripts say it.
    private static final String COMMAND_PROPERTY = "maskforge.command";
    private static final int HASH_DIGITS = 12;

    private DemoText() {
    }

    static String closing(double seconds) {
        return String.format(Locale.ROOT, "done in %.1f s", seconds);
    }

    /// The figures, where the report is, and what to try next.
    static void print(DemoResult result, Demo demo, Path report, PrintWriter out) {
        out.println();
        out.println("             mIoU    picture to label map, ms     network alone, ms         label maps");
        out.println("                       p50     p90     p99         p50     p90     p99");
        for (DemoResult.OfModel model : result.models()) {
            out.printf(Locale.ROOT, "%-11s %5.1f %% %s    %s    %s%n", model.sample().name(), 100 * model.meanIntersectionOverUnion(),
                    milliseconds(model.times().imageToLabels()), milliseconds(model.times().engine()),
                    shortHash(model));
        }
        out.println();
        out.println("The report: " + Line.of(report));
        out.println("Try next:");
        commands(result, demo).forEach(command -> out.println("  " + Line.of(command)));
    }

    /// Enough of a hash to tell two by eye.
    static String shortHash(DemoResult.OfModel model) {
        return model.labelsHash().substring(0, HASH_DIGITS);
    }

    private static String milliseconds(Latencies latencies) {
        return String.format(Locale.ROOT, "%7.1f %7.1f %7.1f", latencies.percentile(50) / 1e6, latencies.percentile(90) / 1e6,
                latencies.percentile(99) / 1e6);
    }

    /// Three commands to try next; the first two work at once.
    static List<String> commands(DemoResult result, Demo demo) {
        String maskforge = quoted(System.getProperty(COMMAND_PROPERTY, "maskforge"));
        Samples.Model first = result.models().getFirst().sample();
        Samples.Model last = result.models().getLast().sample();
        return List.of(
                maskforge + " segment " + quoted(last.checkpoint()) + " " + quoted(demo.pictures()) + " -o "
                        + quoted(demo.folder().resolve("instances"))
                        + " --size " + demo.size() + " --save instances,overlay",
                maskforge + " inspect " + quoted(first.checkpoint()),
                maskforge + " zoo mask2former cityscapes");
    }

    /// As a shell takes it for one word.
    private static String quoted(Object word) {
        String text = word.toString();
        return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
