package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildProgress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a compiling process says, line by line. Lines are bounded, and what is none of its messages is logged and forgotten,
/// but for the last words on standard error.
final class ChildOutput {
    private static final int LONGEST_LINE = 1 << 14;
    private static final int LONGEST_WORDS = 300;
    /// How long its words may come after its end: others may hold the pipe open.
    private static final Duration LATE = Duration.ofSeconds(5);

    private final String token;
    private final BuildProgress progress;
    private final List<Message.Fact> facts = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private Optional<Message> outcome = Optional.empty();
    private String lastWords = "";

    ChildOutput(String token, BuildProgress progress) {
        this.token = token;
        this.progress = progress;
    }

    void listen(Process process) {
        readers.add(reader("maskforge-build-says", process.getInputStream(), this::said));
        readers.add(reader("maskforge-build-complains", process.getErrorStream(), this::complained));
    }

    private static Thread reader(String name, InputStream stream, Consumer<String> line) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            try (InputStream buffered = new BufferedInputStream(stream)) {
                for (Optional<String> next = next(buffered); next.isPresent(); next = next(buffered)) {
                    line.accept(next.get());
                }
            } catch (IOException e) {
                System.getLogger(ChildOutput.class.getName()).log(System.Logger.Level.DEBUG, "a build's words end early", e);
            }
        });
    }

    /// The next line, cut off where it is too long; nothing at the end.
    private static Optional<String> next(InputStream stream) throws IOException {
        byte[] line = new byte[LONGEST_LINE];
        int length = 0;
        int read = stream.read();
        if (read < 0) {
            return Optional.empty();
        }
        while (read >= 0 && read != '\n') {
            if (length < LONGEST_LINE) {
                line[length++] = (byte) read;
            }
            read = stream.read();
        }
        return Optional.of(new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing());
    }

    private void said(String line) {
        Optional<Message> message = Message.read(line, token);
        if (message.isEmpty()) {
            log(line);
        }
        message.ifPresent(this::heard);
    }

    private void heard(Message message) {
        switch (message) {
            case Message.Phase(String name, int step, int steps) -> progress.phase(name, step, steps);
            case Message.Fact fact -> {
                synchronized (this) {
                    facts.add(fact);
                }
            }
            case Message.Done _,Message.Failed _ -> {
                synchronized (this) {
                    outcome = Optional.of(message);
                }
            }
        }
    }

    private void complained(String line) {
        log(line);
        if (!line.isBlank()) {
            synchronized (this) {
                lastWords = line.length() > LONGEST_WORDS ? line.substring(0, LONGEST_WORDS) + "…" : line;
            }
        }
    }

    private static void log(String line) {
        System.getLogger(ChildOutput.class.getName()).log(System.Logger.Level.DEBUG, line);
    }

    /// Until all is heard that was said.
    void await() throws InterruptedException {
        for (Thread reader : readers) {
            reader.join(LATE);
        }
    }

    synchronized List<Message.Fact> facts() {
        return List.copyOf(facts);
    }

    synchronized Optional<Message> outcome() {
        return outcome;
    }

    synchronized String lastWords() {
        return lastWords;
    }
}
