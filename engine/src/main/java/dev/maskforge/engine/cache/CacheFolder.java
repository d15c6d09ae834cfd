package dev.maskforge.engine.cache;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What was made once and may be made again, in one folder: a folder or file for each kind. All of it may be deleted at any
/// time. Symbolic links are neither followed nor counted.
///
/// @param root that is made when something is kept
public record CacheFolder(Path root) {
    /// Everything together is kept below this, in bytes; what was used least recently goes first.
    public static final long LIMIT = 10L << 30;

    /// What lies in the cache.
    ///
    /// @param path     of a folder or file right under the root
    /// @param files    how many
    /// @param bytes    of all of them
    /// @param lastUsed when one of them was last written or marked as used
    public record Entry(Path path, long files, long bytes, FileTime lastUsed) {}

    /// What was deleted, and what could not be.
    ///
    /// @param bytes  that are free again
    /// @param failed each file that stayed, with the reason
    public record Cleared(long bytes, List<String> failed) {
        public Cleared {
            failed = List.copyOf(failed);
        }
    }

    /// The user's: `$XDG_CACHE_HOME/maskforge`, or `~/.cache/maskforge`.
    public static CacheFolder ofUser() {
        return of(System.getenv(), System.getProperty("user.home"));
    }

    /// The XDG specification says to ignore paths that are not absolute.
    static CacheFolder of(Map<String, String> environment, String home) {
        Path base = Optional.ofNullable(environment.get("XDG_CACHE_HOME")).filter(path -> !path.isBlank()).map(Path::of)
                .filter(Path::isAbsolute).orElseGet(() -> Path.of(home, ".cache"));
        return new CacheFolder(base.resolve("maskforge"));
    }

    /// The folder of a kind, which may not be there yet.
    public Path folder(String kind) {
        return root.resolve(kind);
    }

    /// All that is there, by name.
    ///
    /// @throws IOException if it cannot be read
    public List<Entry> entries() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> paths = Files.list(root)) {
            for (Path path : paths.sorted().toList()) {
                Sum sum = new Sum();
                Files.walkFileTree(path, sum);
                entries.add(new Entry(path, sum.files, sum.bytes, sum.lastUsed));
            }
        }
        return entries;
    }

    /// The size of all of it.
    ///
    /// @throws IOException if it cannot be read
    public long bytes() throws IOException {
        return entries().stream().mapToLong(Entry::bytes).sum();
    }

    private static final class Sum extends SimpleFileVisitor<Path> {
        private long files;
        private long bytes;
        private FileTime lastUsed = FileTime.fromMillis(0);

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                files++;
                bytes += attributes.size();
                lastUsed = lastUsed.compareTo(attributes.lastModifiedTime()) < 0 ? attributes.lastModifiedTime() : lastUsed;
            }
            return FileVisitResult.CONTINUE;
        }

        /// Another process may have deleted it.
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }

    /// Deletes everything, but what another process or thread holds locked at this moment, and the empty files that locks are.
    ///
    /// @throws IOException if the folder cannot be read
    public Cleared clear() throws IOException {
        if (!Files.isDirectory(root)) {
            return new Cleared(0, List.of());
        }
        Clearing clearing = new Clearing();
        clearing.content(root);
        return new Cleared(clearing.freed, clearing.failed);
    }

    private static final class Clearing {
        private final List<String> failed = new ArrayList<>();
        private long freed;

        void content(Path folder) throws IOException {
            List<Path> paths;
            try (Stream<Path> files = Files.list(folder)) {
                paths = files.filter(path -> !LockFile.isLockFile(path)).sorted().toList();
            }
            for (Path path : paths) {
                try {
                    unlessLocked(path);
                } catch (IOException e) {
                    failed.add(path + ": " + e);
                }
            }
        }

        private void unlessLocked(Path path) throws IOException {
            Optional<Path> guard = LockFile.guarding(path);
            if (guard.isEmpty()) {
                delete(path);
                return;
            }
            Optional<LockFile.Held> lock = LockFile.tryAcquire(guard.get());
            if (lock.isEmpty()) {
                failed.add(path + ": somebody is at work on it");
                return;
            }
            try (LockFile.Held _ = lock.get()) {
                delete(path);
            }
        }

        private void delete(Path path) throws IOException {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                content(path);
                if (isEmpty(path)) {
                    Files.deleteIfExists(path);
                }
                return;
            }
            long bytes = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
            freed += Files.deleteIfExists(path) ? bytes : 0;
        }

        /// One that holds locks is not.
        private static boolean isEmpty(Path folder) throws IOException {
            try (Stream<Path> left = Files.list(folder)) {
                return left.findAny().isEmpty();
            }
        }
    }
}
