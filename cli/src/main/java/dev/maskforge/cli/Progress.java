package dev.maskforge.cli;

import java.io.PrintWriter;

/// What a command says while it works, on standard error: on a terminal a line that changes while a step goes on; elsewhere,
/// such as in a file, a line for each step that is done. Closing it takes a step's line away that was not done, so that
/// what follows, such as why not, begins a line of its own.
final class Progress implements AutoCloseable {
    /// Says whether standard error is a terminal; the distribution's script sets it. Java itself tells no more than whether
    /// standard input and output are both.
    private static final String TERMINAL_PROPERTY = "maskforge.terminal";
    private static final String CLEAR_LINE = "\r\33[2K";

    private final PrintWriter err;
    private final Style style;
    private boolean unfinished;

    private enum Style {
        CHANGING, PLAIN, SILENT
    }

    private Progress(PrintWriter err, Style style) {
        this.err = err;
        this.style = style;
    }

    /// As fits the place that this program writes to.
    static Progress on(PrintWriter err, OutputArguments says) {
        if (says.isQuiet()) {
            return new Progress(err, Style.SILENT);
        }
        return Boolean.getBoolean(TERMINAL_PROPERTY) ? changing(err) : plain(err);
    }

    static Progress changing(PrintWriter err) {
        return new Progress(err, Style.CHANGING);
    }

    static Progress plain(PrintWriter err) {
        return new Progress(err, Style.PLAIN);
    }

    /// A step goes on.
    void working(String what) {
        if (style == Style.CHANGING) {
            err.print(CLEAR_LINE + Line.of(what) + " ...");
            err.flush();
            unfinished = true;
        }
    }

    /// A step is done.
    void done(String what) {
        if (style != Style.SILENT) {
            err.println((style == Style.CHANGING ? CLEAR_LINE : "") + Line.of(what));
            unfinished = false;
        }
    }

    @Override
    public void close() {
        if (unfinished) {
            err.print(CLEAR_LINE);
            err.flush();
            unfinished = false;
        }
    }
}
