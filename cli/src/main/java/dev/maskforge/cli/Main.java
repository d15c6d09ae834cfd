package dev.maskforge.cli;

import dev.maskforge.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `maskforge`: the commands, and what all of them do about errors and exit codes.
@Command(name = "maskforge", mixinStandardHelpOptions = true, versionProvider = Main.VersionOfBuild.class, description = {
        "From a trained mask transformer's checkpoint to a fast, verified inference engine."}, subcommands = {DemoCommand.class,
                SegmentCommand.class, ConvertCommand.class, OptimizeCommand.class, BuildCommand.class, CompareCommand.class,
                BenchCommand.class, ProfileCommand.class,
                EvaluateCommand.class,
                ReportCommand.class, InspectCommand.class, ZooCommand.class,
                ScenesCommand.class, DoctorCommand.class, CacheCommand.class, CompletionCommand.class, HelpCommand.class}, footer = {"",
                        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but a check fell short.",
                        "'maskforge COMMAND --help' tells more of a command."})
public final class Main implements Runnable {
    private static final int HELP_WIDTH = 100;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, arguments));
    }

    /// Runs a command line.
    ///
    /// @return the exit code
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine command = new CommandLine(new Main());
        command.setOut(out).setErr(err);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setUsageHelpWidth(HELP_WIDTH);
        command.setParameterExceptionHandler(Failures::usage);
        command.setExecutionExceptionHandler(Failures::execution);
        try {
            return command.execute(arguments);
        } catch (Error e) {
            return Failures.fatal(e, command);
        }
    }

    /// Without a command: the usage.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    static final class VersionOfBuild implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[]{"maskforge " + Version.current()};
        }
    }
}
