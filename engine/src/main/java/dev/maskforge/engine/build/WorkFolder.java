package dev.maskforge.engine.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A build's files until it is done; then they are deleted.
record WorkFolder(Path path) implements AutoCloseable {
    static WorkFolder make(Path path) throws IOException {
        return new WorkFolder(Files.createDirectory(path));
    }

    /// What cannot be deleted stays: the build's outcome matters more.
    @Override
    public void close() {
        try {
            List<Path> files;
            try (Stream<Path> walk = Files.walk(path)) {
                files = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.getLogger(WorkFolder.class.getName()).log(System.Logger.Level.DEBUG, "a build's files stay", e);
        }
    }
}
