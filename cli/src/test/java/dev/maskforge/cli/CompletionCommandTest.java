package dev.maskforge.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CompletionCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void completesEveryCommandAndItsOptions() {
        assertEquals(ExitCode.DONE, run("completion"));
        String script = out.toString();
        assertEquals("", err.toString());
        assertTrue(script.startsWith("#!/usr/bin/env bash"), script);
        for (String word : new String[]{"segment", "convert", "inspect", "doctor", "help", "--size", "--json"}) {
            assertTrue(script.contains(word), word);
        }
    }

    @Test
    void helpSpeaksOfACommand() {
        assertEquals(ExitCode.DONE, run("help", "convert"));
        assertTrue(out.toString().startsWith("Usage: maskforge convert"), out.toString());
    }

    @Test
    void helpOfNoCommandIsWrongUsage() {
        assertEquals(ExitCode.USAGE, run("help", "convrt"));
        assertTrue(err.toString().startsWith("maskforge: "), err.toString());
    }
}
