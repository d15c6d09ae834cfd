package dev.maskforge.measure;

import java.util.List;

/// What was measured in one go, and with what: the content of a result file (docs/benchmarks/README.md).
///
/// @param version of the format, [#VERSION]
/// @param tool    that measured, with its version
/// @param started when, as ISO 8601 has it
/// @param command the command line
/// @param machine where
/// @param results in the order of the work; those that were interleaved follow each other
public record Measurements(int version, String tool, String started, List<String> command, Machine machine, List<Result> results) {
    /// The format that is written, and the only one that is read.
    public static final int VERSION = 1;

    public Measurements {
        Checks.require(version == VERSION, "the version is " + version + ", not " + VERSION);
        Checks.text("tool", tool);
        Checks.text("started", started);
        command = Checks.list("command", command);
        command.forEach(argument -> Checks.text("command", argument));
        results = Checks.list("results", results);
    }
}
