package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.plan.PlanException;
import dev.maskforge.evaluation.EvaluationException;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.measure.MeasurementException;
import dev.maskforge.models.UnknownModelException;
import dev.maskforge.vision.ClassListException;
import dev.maskforge.vision.ImageException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Errors as the user sees them: one line that says what, where, and the cure; a stack trace with `-v` only.
final class Failures {
    /// What our own code throws when the user can do something about it. Their messages are whole.
    private static final List<Class<? extends RuntimeException>> EXPECTED = List.of(MaskforgeException.class, CheckpointException.class,
            UnknownModelException.class, ImageException.class, ClassListException.class, EngineException.class,
            EvaluationException.class, MeasurementException.class, OnnxException.class, PlanException.class);

    private Failures() {
    }

    /// The command line itself is wrong.
    static int usage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("maskforge: " + oneLine(e) + "; see '" + command.getCommandSpec().qualifiedName() + " --help'");
        UnmatchedArgumentException.printSuggestions(e, err);
        return ExitCode.USAGE;
    }

    /// A command failed.
    static int execution(Exception e, CommandLine command, ParseResult parsed) {
        report(message(e), e, command.getErr(), OutputArguments.isVerbose(parsed));
        return ExitCode.FAILED;
    }

    /// A command met what programs seldom recover from: no memory, or a part that is missing.
    static int fatal(Error e, CommandLine command) {
        report(message(e), e, command.getErr(), OutputArguments.isVerbose(command.getParseResult()));
        return ExitCode.FAILED;
    }

    /// Prints an error.
    static void report(String message, Throwable e, PrintWriter err, boolean verbose) {
        err.println("maskforge: " + message);
        if (verbose) {
            e.printStackTrace(err);
        }
    }

    /// Prints what went wrong with a picture.
    ///
    /// @return the same for machines: `picture` and `error`
    static SequencedMap<String, Object> reported(Path picture, Throwable e, PrintWriter err, OutputArguments says) {
        String message = message(picture, e);
        report(message, e, err, says.isVerbose());
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("picture", picture.toString());
        row.put("error", message);
        return row;
    }

    /// In one line that names the picture.
    private static String message(Path picture, Throwable e) {
        // What the readers and writers of pictures say names the file; what an engine says cannot.
        return e instanceof ImageException ? message(e) : Line.of(picture) + ": " + message(e);
    }

    /// What went wrong, in one line.
    static String message(Throwable e) {
        if (EXPECTED.stream().anyMatch(type -> type.isInstance(e))) {
            return oneLine(e);
        }
        return switch (e) {
            case OutOfMemoryError _ ->
                "out of memory (" + oneLine(e) + "); give it more, such as MASKFORGE_JAVA_OPTIONS=-Xmx8g, or a smaller --size";
            case InvalidPathException path ->
                "the name '" + Line.of(path.getInput()) + "' has characters that file names cannot have here ("
                        + path.getReason() + "); rename the file, or set LC_ALL=C.UTF-8";
            default ->
                "unexpected " + e.getClass().getSimpleName() + ": " + oneLine(e) + "; this is a fault in Maskforge, '-v' shows where";
        };
    }

    private static String oneLine(Throwable e) {
        return Line.of(String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
