package dev.maskforge.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file mapped into memory, read-only and of at least one byte, until its arena closes.
///
/// @param path  as the user gave it
/// @param arena what the tensors' native memory is taken from as well
record CheckpointFile(Path path, MemorySegment memory, Arena arena) {
    /// Maps a file.
    ///
    /// @throws CheckpointException if there is none, or it is empty, no regular file, or not readable
    @SuppressWarnings("MustBeClosedChecker") // the arena belongs to the weights, which their user closes
    static CheckpointFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw refusal(path, "this is a folder; give the checkpoint file in it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw refusal(path, "this is no regular file; a checkpoint is mapped into memory, so copy it to a disk first");
        }
        Arena arena = Arena.ofShared();
        try {
            return map(path, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static CheckpointFile map(Path path, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                throw refusal(path, "the file is empty; get it anew from its publisher");
            }
            return new CheckpointFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (NoSuchFileException _) {
            throw refusal(path, "there is no such file; check the path");
        } catch (AccessDeniedException _) {
            throw refusal(path, "the file may not be read; give yourself the right to (chmod u+r)");
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw refusal(path, "the file cannot be read (" + reason + "); check the disk it is on", e);
        }
    }

    /// Whether the file begins with these bytes, each a char below 256.
    boolean startsWith(String bytes) {
        return has(0, bytes);
    }

    /// Whether these bytes, each a char below 256, lie at an offset.
    boolean has(long offset, String bytes) {
        if (memory.byteSize() - bytes.length() < offset) {
            return false;
        }
        for (int i = 0; i < bytes.length(); i++) {
            if (Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset + i)) != bytes.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// The first bytes, at most `length`, each as a char below 256.
    String head(int length) {
        int available = (int) Math.min(length, memory.byteSize());
        StringBuilder text = new StringBuilder(available);
        for (int i = 0; i < available; i++) {
            text.append((char) Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, i)));
        }
        return text.toString();
    }

    /// A refusal in one line that names the file.
    CheckpointException refusal(String message) {
        return refusal(path, message);
    }

    CheckpointException refusal(String message, Throwable cause) {
        return refusal(path, message, cause);
    }

    /// What to throw when a page of the mapped file is gone, which the JVM says with an `InternalError`.
    CheckpointException truncatedSince(InternalError error) {
        return refusal("the file became shorter while it was read; wait until its copying is done", error);
    }

    private static CheckpointException refusal(Path path, String message) {
        return new CheckpointException(Printable.line(path + ": " + message));
    }

    private static CheckpointException refusal(Path path, String message, Throwable cause) {
        return new CheckpointException(Printable.line(path + ": " + message), cause);
    }
}
