package dev.maskforge.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// What the distribution's start cache is trained on: every command that is felt to start, and the ways that end in a refusal. Not `segment`:
/// of its three seconds the cache would save a tenth, for 3 MB.
///
/// Arguments: a checkpoint, a folder to write into.
final class StartCacheTraining {
    private StartCacheTraining() {
    }

    public static void main(String[] arguments) {
        String checkpoint = arguments[0];
        String folder = arguments[1];
        String[][] succeed = {{"--version"}, {"--help"}, {"doctor"}, {"inspect", checkpoint},
                {"convert", checkpoint, "-o", folder + "/model.onnx"}};
        String[][] fail = {{"segmnt"}, {"inspect", checkpoint + ".missing"}};
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        for (String[] commandLine : succeed) {
            int code = Main.run(out, out, commandLine);
            if (code != ExitCode.DONE) {
                throw new IllegalStateException("exit " + code + " of maskforge " + String.join(" ", commandLine));
            }
        }
        for (String[] commandLine : fail) {
            Main.run(out, out, commandLine);
        }
        System.exit(ExitCode.DONE); // the way out loads classes, too
    }
}
