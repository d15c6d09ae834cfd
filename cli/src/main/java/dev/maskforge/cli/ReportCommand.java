package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.cli.report.Gallery;
import dev.maskforge.cli.report.ReportInput;
import dev.maskforge.cli.report.ResultReport;
import dev.maskforge.vision.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `maskforge report`
@Command(name = "report", description = "Makes one page of results: tables, plots and pictures, beside the published ones.", footer = {"",
        "The page is one file that loads nothing. Layout of --pictures: docs/cli.md."})
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE.json", description = "results: what 'bench', 'compare' and 'evaluate' wrote with -o, or other tools as "
            + "docs/benchmarks/README.md has it; which is which is told from what is in them")
    private List<Path> files;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "the file to write (default: standard output)")
    private @Nullable Path target;

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "html", description = "html, or markdown, which has the tables alone "
            + "(default: ${DEFAULT-VALUE})")
    private Format format;

    @Option(names = "--pictures", paramLabel = "DIR", description = "pictures to show side by side: DIR/SIZE/KIND/NAME.png, with kinds such as "
            + "input, reference, engine, truth, difference")
    private @Nullable Path pictures;

    @Mixin
    private OutputArguments says;

    /// How a report is written.
    private enum Format {
        HTML, MARKDOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        requireFree();
        Gallery gallery = pictures == null ? Gallery.none() : Gallery.find(pictures);
        ResultReport report = ResultReport.of(ReportInput.read(files), gallery);
        String text = switch (format) {
            case HTML -> report.page().html();
            case MARKDOWN -> report.markdown();
        };
        if (target == null) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        } else {
            AtomicFile.write(target, output -> output.write(text.getBytes(StandardCharsets.UTF_8)));
            if (!says.isQuiet()) {
                spec.commandLine().getErr().println("written to " + Line.of(target));
            }
        }
        return ExitCode.DONE;
    }

    /// What is written replaces nothing that it is made of.
    private void requireFree() {
        for (Path file : files) {
            if (target != null && isSame(file, target)) {
                throw new MaskforgeException("'" + target + "' would replace what the report is made of; write elsewhere");
            }
        }
    }

    private static boolean isSame(Path file, Path target) {
        try {
            return Files.exists(file) && Files.exists(target) && Files.isSameFile(file, target);
        } catch (IOException e) {
            throw new MaskforgeException("'" + target + "' cannot be told from '" + file + "'; write elsewhere", e);
        }
    }
}
