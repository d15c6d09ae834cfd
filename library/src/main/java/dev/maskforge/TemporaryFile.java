package dev.maskforge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// A file beside its target that is deleted when it is closed, or when this process ends before, as by Ctrl-C; unless it was
/// moved away.
final class TemporaryFile implements AutoCloseable {
    private final Path path;
    private final Thread hook;

    private TemporaryFile(Path path) {
        this.path = path;
        this.hook = Thread.ofPlatform().name("maskforge-deletes-plan").unstarted(this::delete);
    }

    /// A name that nothing has, in the target's folder; there is no file yet.
    static TemporaryFile beside(Path target) {
        TemporaryFile file = new TemporaryFile(
                target.toAbsolutePath().resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".tmp"));
        Runtime.getRuntime().addShutdownHook(file.hook);
        return file;
    }

    Path path() {
        return path;
    }

    /// What cannot be deleted stays: the outcome of the work on it matters more.
    private void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            System.getLogger(TemporaryFile.class.getName()).log(System.Logger.Level.WARNING, "a file of a build stays", e);
        }
    }

    @Override
    public void close() {
        delete();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // It runs already, as this process ends.
        }
    }
}
