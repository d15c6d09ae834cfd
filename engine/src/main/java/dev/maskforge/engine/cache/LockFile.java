package dev.maskforge.engine.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// One at a time, among all threads of all processes: an empty file `NAME.lock` that is locked, which guards all that lies
/// beside it and whose name begins with `NAME`. It stays: who deletes a lock file takes from those who wait what they wait
/// for. The system lets go of it when its process dies.
public final class LockFile {
    private static final String ENDING = ".lock";
    private static final Duration AGAIN = Duration.ofMillis(50);
    /// The system's locks are the process's; these are between its threads.
    private static final Map<Path, Semaphore> IN_THIS_PROCESS = new ConcurrentHashMap<>();

    private LockFile() {
    }

    /// A lock until it is closed, on any thread.
    public static final class Held implements AutoCloseable {
        private final Semaphore semaphore;
        private final FileChannel channel;
        private boolean closed;

        private Held(Semaphore semaphore, FileChannel channel) {
            this.semaphore = semaphore;
            this.channel = channel;
        }

        @Override
        public synchronized void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                channel.close();
            } finally {
                semaphore.release();
            }
        }
    }

    /// The lock file for what lies at a path.
    public static Path of(Path path) {
        return path.resolveSibling(path.getFileName() + ENDING);
    }

    /// Waits for a lock.
    ///
    /// @param waiting  called once if it is another's at first
    /// @param givesUp  asked again and again while waiting
    /// @return nothing if waiting was given up, by that or by an interrupt, whose flag is then set
    /// @throws IOException if the file cannot be made or locked
    public static Optional<Held> acquire(Path file, Runnable waiting, BooleanSupplier givesUp) throws IOException {
        Optional<Held> held = tryAcquire(file);
        if (held.isEmpty()) {
            waiting.run();
        }
        while (held.isEmpty()) {
            if (givesUp.getAsBoolean()) {
                return Optional.empty();
            }
            try {
                Thread.sleep(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
            held = tryAcquire(file);
        }
        return held;
    }

    /// The lock, if nobody has it.
    ///
    /// @throws IOException if the file cannot be made or locked
    public static Optional<Held> tryAcquire(Path file) throws IOException {
        Semaphore semaphore = IN_THIS_PROCESS.computeIfAbsent(file.toAbsolutePath().normalize(), _ -> new Semaphore(1));
        if (!semaphore.tryAcquire()) {
            return Optional.empty();
        }
        Optional<Held> held = Optional.empty();
        try {
            held = locked(file, semaphore);
            return held;
        } finally {
            if (held.isEmpty()) {
                semaphore.release();
            }
        }
    }

    @SuppressWarnings("resource") // the lock is the channel's, which is closed with it
    private static Optional<Held> locked(Path file, Semaphore semaphore) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Optional<FileLock> lock = Optional.empty();
        try {
            lock = Optional.ofNullable(channel.tryLock());
        } finally {
            if (lock.isEmpty()) {
                channel.close();
            }
        }
        return lock.map(_ -> new Held(semaphore, channel));
    }

    static boolean isLockFile(Path path) {
        return path.toString().endsWith(ENDING);
    }

    /// The lock file that guards a path, if there is one.
    static Optional<Path> guarding(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        Path folder = path.getParent();
        if (folder == null) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(LockFile::isLockFile).filter(lock -> name.startsWith(guarded(lock))).findFirst();
        }
    }

    private static String guarded(Path lock) {
        String name = String.valueOf(lock.getFileName());
        return name.substring(0, name.length() - ENDING.length());
    }
}
