package dev.maskforge.cli;

import dev.maskforge.Segmenter;
import dev.maskforge.Version;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `maskforge doctor`
@Command(name = "doctor", description = "Says what is here to run models on, and how to get what is missing.")
final class DoctorCommand implements Callable<Integer> {
    private static final String VECTORS = "jdk.incubator.vector";

    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputArguments says;

    /// Exits with 3 if the default engine cannot run; quiet, it says no more than that.
    @Override
    public Integer call() {
        PrintWriter out = says.isQuiet() ? new PrintWriter(Writer.nullWriter()) : spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        row(out, "maskforge", Version.current());
        row(out, "java", Runtime.version() + ", " + System.getProperty("java.vm.name") + ", " + System.getProperty("java.home"));
        row(out, "system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        row(out, "processors", runtime.availableProcessors() + processor());
        row(out, "heap", String.format(Locale.ROOT, "%.1f GiB at most", runtime.maxMemory() / (double) (1L << 30)));
        row(out, "vector api", vectors());
        boolean healthy = false;
        for (EngineProvider provider : Engines.all()) {
            switch (provider.availability()) {
                case Availability.Available(String version, String details) -> {
                    row(out, "engine " + provider.name(), "ready: " + version + ", " + details);
                    row(out, "", abilities(provider));
                    healthy |= provider.name().equals(Segmenter.DEFAULT_ENGINE);
                }
                case Availability.Missing(String reason, String cure) -> {
                    row(out, "engine " + provider.name(), "MISSING: " + reason);
                    row(out, "", "to have it: " + cure);
                }
            }
        }
        return healthy ? ExitCode.DONE : ExitCode.SHORTFALL;
    }

    /// On what, how, and whether 'build' makes plans for it.
    private static String abilities(EngineProvider provider) {
        return provider.device().name() + provider.device().driver().map(driver -> ", driver " + driver).orElse("") + "; "
                + provider.precisions().stream().sorted().map(Precision::toString).collect(Collectors.joining(", "))
                + (provider.planCompiler().isPresent() ? "; compiles plans" : "");
    }

    /// Our launcher decides about it by the command, and this one gains nothing by it.
    private static String vectors() {
        String option = "--add-modules " + VECTORS;
        return ModuleLayer.boot().findModule(VECTORS).isPresent()
                ? "on: Java was started with " + option
                : "on for 'bench' and 'evaluate', off for other commands; MASKFORGE_JAVA_OPTIONS='" + option
                        + "' turns it on for them, which pays for many pictures";
    }

    private static String processor() {
        return Processor.name().map(name -> ", " + name).orElse("") + Processor.vectorInstructions().map(names -> ", " + names).orElse("");
    }

    private static void row(PrintWriter out, String title, String text) {
        out.printf(Locale.ROOT, "%-20s %s%n", title, text);
    }
}
