package dev.maskforge.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A browser without a window, if this machine has one.
///
/// @param program its file
/// @param folder  for its profile and what it writes
record Chromium(Path program, Path folder) {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    /// It takes three seconds, and more on a busy machine.
    private static final int PATIENCE_SECONDS = 180;

    static Optional<Chromium> find(Path folder) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1))
                .flatMap(path -> NAMES.stream().map(name -> Path.of(path, name))).filter(Files::isExecutable).findFirst()
                .map(program -> new Chromium(program, folder));
    }

    /// The page as the browser understood it, as HTML.
    Opened dump(Path page) throws IOException, InterruptedException {
        return open(page, List.of("--dump-dom"));
    }

    /// Draws the page into a PNG file.
    Opened draw(Path page, Path picture, int width, int height) throws IOException, InterruptedException {
        Opened opened = open(page, List.of("--screenshot=" + picture, "--window-size=" + width + "," + height, "--hide-scrollbars"));
        assertTrue(Files.exists(picture), opened.err());
        return opened;
    }

    /// @param out what it printed
    /// @param err what it said of the page and of itself
    record Opened(String out, String err) {
        /// What the page wrote onto the console, or the browser about it.
        List<String> console() {
            return err.lines().filter(line -> line.contains(":CONSOLE")).toList();
        }
    }

    private Opened open(Path page, List<String> options) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "browser", ".out");
        Path err = Files.createTempFile(folder, "browser", ".err");
        List<String> command = new ArrayList<>(List.of(program.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--enable-logging=stderr", "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(options);
        command.add(page.toUri().toString());
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "the browser does not end");
        } finally {
            process.destroyForcibly();
        }
        Opened opened = new Opened(Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.ISO_8859_1));
        assertEquals(0, process.exitValue(), opened.err());
        return opened;
    }
}
