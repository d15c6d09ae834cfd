package dev.maskforge.vision;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Files that are either whole or not there: written under a temporary name in the same folder, then moved into place. A
/// file that stood there before is replaced.
public final class AtomicFile {
    private AtomicFile() {
    }

    /// What a file is to hold.
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream output) throws IOException;
    }

    /// Writes a file whole, or leaves what was there.
    ///
    /// @throws ImageException if the folder is missing or not writable, or the disk is full; nothing is left behind
    public static void write(Path path, Content content) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(path)) {
            throw refuse(path, "it is a directory", "name a file");
        }
        Path temporary = folder.resolve(".maskforge-" + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream output = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                content.writeTo(output);
                output.flush();
                channel.force(false);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException missing) {
            throw refuse(path, "there is no directory '" + ImageSource.oneLine(folder.toString()) + "'", "make it", missing);
        } catch (AccessDeniedException denied) {
            throw refuse(path, "the permissions of its directory forbid it", "choose another directory or chmod +w it", denied);
        } catch (FileSystemException failure) {
            throw refuse(path, "the file system says \"" + ImageSource.oneLine(failure) + "\"", "choose another directory", failure);
        } catch (IOException failure) {
            throw refuse(path, ImageSource.oneLine(failure), "check the free space, or choose another directory", failure);
        } finally {
            discard(temporary);
        }
    }

    /// After a move there is nothing left to delete; after a failure what matters is that failure.
    private static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException secondary) {
            System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.DEBUG, "cannot delete " + temporary, secondary);
        }
    }

    private static ImageException refuse(Path path, String what, String cure) {
        return new ImageException(message(path, what, cure));
    }

    private static ImageException refuse(Path path, String what, String cure, IOException cause) {
        return new ImageException(message(path, what, cure), cause);
    }

    private static String message(Path path, String what, String cure) {
        return "cannot write '" + ImageSource.oneLine(path.toString()) + "': " + what + "; " + cure;
    }
}
