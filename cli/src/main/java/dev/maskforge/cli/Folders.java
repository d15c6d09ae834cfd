package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
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

    /// Checks that a file can be written, before the work that it is to hold is done.
    ///
    /// @throws MaskforgeException if it is a folder, or its folder is not there
    static void requireFor(Path file) {
        if (Files.isDirectory(file)) {
            throw new MaskforgeException("cannot write '" + file + "': it is a folder; name a file in it");
        }
        Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
        if (!Files.isDirectory(folder)) {
            throw new MaskforgeException("cannot write '" + file + "': there is no folder '" + folder + "'; make it");
        }
        require(folder);
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

    /// The path as one would write it here: relative to the folder that one is in, if it lies in it.
    static Path fromHere(Path path) {
        Path here = Path.of("").toAbsolutePath();
        Path absolute = path.toAbsolutePath().normalize();
        return absolute.startsWith(here) && !absolute.equals(here) ? here.relativize(absolute) : path;
    }
}
