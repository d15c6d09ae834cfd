package dev.maskforge.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/// How much a command says, on standard error unless it was asked for it.
final class OutputArguments {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help and end")
    @SuppressWarnings("UnusedVariable") // picocli shows the help itself
    private boolean help;

    @Option(names = {"-q", "--quiet"}, description = "say nothing but errors")
    private boolean quiet;

    @Option(names = {"-v", "--verbose"}, description = "show where in the program an error arose")
    private boolean verbose;

    /// Of the command that was parsed last.
    static boolean isVerbose(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.matchedOptionValue("--verbose", false);
    }

    boolean isQuiet() {
        return quiet;
    }

    boolean isVerbose() {
        return verbose;
    }
}
