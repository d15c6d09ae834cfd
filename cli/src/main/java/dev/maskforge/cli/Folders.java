package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Folders to write into.
final class Folders {
    private Folders() {
    }

    /// Checks that a folder can be written into, or made; makes nothing.
    ///
    /// @throws MaskforgeException if it cannot
    static void require(Path folder) {
        Path there = Stream.iterate(folder.toAbsolutePath().normalize(), path -> path != null, Path::getParent).filter(Files::exists)
                .findFirst().orElseThrow(() -> new MaskforgeException("the folder " + folder + " cannot be made; choose another"));
        if (!Files.isDirectory(there)) {
            throw new MaskforgeException("cannot write into '" + folder + "': "
                    + (there.endsWith(folder) ? "it" : "'" + there + "'") + " is a file; name a folder to write into");
        }
        if (!Files.isWritable(there)) {
            throw new MaskforgeException(
                    "cannot write into '" + folder + "': '" + there + "' gives no right to; choose another folder or chmod u+w it");
        }
    }

    /// Makes a folder and those it lies in, if they are not there.
    ///
    /// @throws MaskforgeException if that cannot be
    static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + folder + "' cannot be made: " + reason(e) + "; choose another", e);
        }
    }

    /// Without the path, which the message has already.
    static String reason(IOException e) {
        String reason = e instanceof FileSystemException ofFile ? ofFile.getReason() : e.getMessage();
        return switch (e) {
            case AccessDeniedException _ -> "the right to is missing";
            case NoSuchFileException _ -> "there is no place for it";
            default -> reason == null ? e.getClass().getSimpleName() : reason;
        };
    }
}
