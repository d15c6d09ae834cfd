package dev.maskforge.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;

/// A command line that was run, and what came of it.
record Run(int exit, String out, String err) {
    static Run of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), texts);
        return new Run(exit, out.toString(), err.toString());
    }

    List<String> errors() {
        return err.lines().toList();
    }
}
