package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files of a folder that was published as a whole: none may lead out of it but as Hugging Face's cache has it.
final class FolderFile {
    private static final String SNAPSHOTS = "snapshots";
    private static final String BLOBS = "blobs";
    private static final String MODEL = "models--";

    private FolderFile() {
    }

    /// Whether the folder has a regular file of this name.
    static boolean isIn(Path folder, String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    /// A file of the folder. It may be a link to another file in it. In a snapshot of Hugging Face's cache, `CACHE/models--ORG--NAME/snapshots/COMMIT`,
    /// it may lie under the model's `blobs`, or under those that all models of the cache share.
    ///
    /// @param name of a file, not a path
    /// @throws CheckpointException if it leads elsewhere
    static Path in(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            Path real = file.toRealPath();
            Path home = folder.toRealPath();
            if (!real.startsWith(home) && !isBlob(home, real)) {
                throw refusal(file, "this is a link to " + real + ", out of its folder; put the file itself there");
            }
            return file;
        } catch (IOException e) {
            throw new CheckpointException(Printable.line(file + ": the file cannot be found (" + e.getMessage() + "); check the folder"),
                    e);
        }
    }

    private static boolean isBlob(Path folder, Path file) {
        Optional<Path> snapshots = Optional.ofNullable(folder.getParent()).filter(parent -> parent.endsWith(SNAPSHOTS));
        Optional<Path> model = snapshots.map(Path::getParent).filter(parent -> isModel(parent.getFileName()));
        Optional<Path> cache = model.map(Path::getParent);
        return Stream.of(model, cache).flatMap(Optional::stream).anyMatch(parent -> file.startsWith(parent.resolve(BLOBS)));
    }

    private static boolean isModel(@Nullable Path name) {
        return name != null && name.toString().startsWith(MODEL);
    }

    private static CheckpointException refusal(Path file, String message) {
        return new CheckpointException(Printable.line(file + ": " + message));
    }
}
