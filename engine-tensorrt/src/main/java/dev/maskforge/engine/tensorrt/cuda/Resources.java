package dev.maskforge.engine.tensorrt.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// What has been taken and is to be given back, last taken first. All of it is given back even where some fails.
public final class Resources implements AutoCloseable {
    private final Deque<Runnable> releases = new ArrayDeque<>();

    public Resources() {
    }

    /// Remembers how to give something back.
    public void add(Runnable release) {
        releases.push(release);
    }

    /// Gives everything back. A second call does nothing.
    ///
    /// @throws RuntimeException the first failure, with the others suppressed in it
    @Override
    public void close() {
        Optional<RuntimeException> failure = Optional.empty();
        while (!releases.isEmpty()) {
            try {
                releases.pop().run();
            } catch (RuntimeException e) {
                failure.ifPresent(first -> first.addSuppressed(e));
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
