package dev.maskforge.cli;

import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge demo`
@Command(name = "demo", description = "The first run: the sample models on drawn streets, compared with the truth and timed, and a report to open.", footer = {
        "", "Fields of --json: docs/cli.md."})
final class DemoCommand implements Callable<Integer> {
    private static final int MOST_SCENES = 100;
    private static final int MOST_RUNS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-o",
            "--out"}, paramLabel = "DIR", defaultValue = "maskforge-demo", description = "the folder to write into; results of an earlier run are replaced (default: ${DEFAULT-VALUE})")
    private Path target;

    @Option(names = "--scenes", paramLabel = "N", defaultValue = "6", description = "how many streets to draw (default: ${DEFAULT-VALUE})")
    private int scenes;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, defaultValue = "256x512", description = "their height and width, multiples of 32 (default: ${DEFAULT-VALUE}, the size "
            + "that the sample models were trained for)")
    private Size size;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "30", description = "how often to time each model (default: ${DEFAULT-VALUE}, fewer on slow machines)")
    private int runs;

    @Option(names = "--json", description = "print the figures as JSON")
    private boolean json;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() {
        requireWithin("--scenes", scenes, MOST_SCENES);
        requireWithin("--runs", runs, MOST_RUNS);
        long start = System.nanoTime();
        try (Progress progress = Progress.on(spec.commandLine().getErr(), says)) {
            run(progress, start);
        }
        return ExitCode.DONE;
    }

    private void run(Progress progress, long start) {
        Demo demo = new Demo(target, scenes, size, LatencyTrial.of(runs));
        DemoResult result = demo.run(progress);
        progress.working("writing the report");
        Path report = target.resolve("report.html");
        DemoReport.of(result).write(report);
        double seconds = (System.nanoTime() - start) / 1e9;
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            progress.done("written to " + target);
            out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(DemoFacts.of(result, report, seconds)));
        } else if (!says.isQuiet()) {
            progress.done(DemoText.closing(seconds));
            DemoText.print(result, demo, report, out);
        }
    }

    private void requireWithin(String option, int number, int most) {
        if (number < 1 || number > most) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '" + option + "': " + number + " is not from 1 to " + most);
        }
    }
}
