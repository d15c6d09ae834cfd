package dev.maskforge.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// [Progress]
class ProgressTest {
    private static String said(Function<PrintWriter, Progress> kind) {
        StringWriter err = new StringWriter();
        Progress progress = kind.apply(new PrintWriter(err, true));
        progress.working("one of two");
        progress.working("two of two");
        progress.done("both\33[31m");
        return err.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void aTerminalsLineChanges() {
        assertEquals("\r\33[2Kone of two ...\r\33[2Ktwo of two ...\r\33[2Kboth\\u001b[31m\n", said(Progress::changing));
    }

    @Test
    void whatFollowsAStepThatFailsBeginsALine() {
        StringWriter err = new StringWriter();
        try (Progress progress = Progress.changing(new PrintWriter(err, true))) {
            progress.done("one");
            progress.working("two");
        }
        assertEquals("\r\33[2Kone\n\r\33[2Ktwo ...\r\33[2K", err.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void filesGetWhatIsDone() {
        assertEquals("both\\u001b[31m\n", said(Progress::plain));
    }
}
