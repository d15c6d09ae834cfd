package dev.maskforge.cli;

/// What a command tells the shell.
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /// Done, but a check fell short: agreement or self-check.
    static final int SHORTFALL = 3;

    private ExitCode() {
    }
}
