package dev.maskforge.graph.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The files beside a model that hold its large tensors: inside the model's folder, no links, so that a model cannot make
/// its reader open anything else (ONNX's ExternalDataSecurity; CVE-2022-25882, CVE-2024-27318, CVE-2026-27489).
final class ExternalData {
    private static final int MOST_FILES = 4096;
    private static final String BOTH_ANEW = "download or export both files again";
    private static final String BESIDE = "save it anew with its data in a file beside it";

    private final Path folder;
    private final Arena arena;
    private final Map<Path, MemorySegment> mapped = new HashMap<>();

    /// @param folder the model's, without symbolic links
    ExternalData(Path folder, Arena arena) {
        this.folder = folder;
        this.arena = arena;
    }

    /// The memory of a tensor of this many bytes.
    MemorySegment map(String what, Map<String, String> entries, long bytes) {
        String location = entries.getOrDefault("location", "");
        MemorySegment file = file(what, location);
        long offset = number(what, entries, "offset").orElse(0);
        if (offset > file.byteSize()) {
            throw new OnnxException(what + " begins at byte " + offset + " of '" + location + "', which has " + file.byteSize(),
                    BOTH_ANEW);
        }
        long length = number(what, entries, "length").orElse(file.byteSize() - offset);
        if (length != bytes || length > file.byteSize() - offset) {
            throw new OnnxException(
                    what + " takes " + bytes + " bytes, the model says " + length + " at byte " + offset + " of '" + location
                            + "', which has " + file.byteSize(),
                    BOTH_ANEW);
        }
        return file.asSlice(offset, length);
    }

    private static OptionalLong number(String what, Map<String, String> entries, String key) {
        String text = entries.get(key);
        if (text == null) {
            return OptionalLong.empty();
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw OnnxException.damaged(what + " has the " + key + " '" + text + "', which is no number");
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    private MemorySegment file(String what, String location) {
        Path path = path(what, location);
        MemorySegment present = mapped.get(path);
        if (present != null) {
            return present;
        }
        if (mapped.size() == MOST_FILES) {
            throw new OnnxException("its tensors lie in more than " + MOST_FILES + " files", "save it anew with all of them in one file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            mapped.put(path, memory);
            return memory;
        } catch (IOException e) {
            throw OnnxException.unreadable(what + " lies in '" + location + "', which cannot be read: ", e);
        }
    }

    private Path path(String what, String location) {
        Path relative;
        try {
            relative = Path.of(location);
        } catch (InvalidPathException e) {
            throw new OnnxException(what + " lies in a file whose name is none", BESIDE, e);
        }
        if (location.isEmpty() || location.contains("\\") || relative.isAbsolute() || !relative.equals(relative.normalize())
                || relative.startsWith("..")) {
            throw new OnnxException(what + " lies in '" + location + "', which does not name a file in the model's folder", BESIDE);
        }
        Path path = folder;
        for (Path part : relative) {
            path = path.resolve(part);
            if (Files.isSymbolicLink(path)) {
                throw new OnnxException(what + " lies in '" + location + "', which is a link", "put the file itself there");
            }
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new OnnxException(what + " lies in '" + location + "', which is not there", "keep it in the model's folder");
        }
        if (hasOtherNames(path)) {
            throw new OnnxException(what + " lies in '" + location + "', which is a hard link", "put a copy there");
        }
        return path;
    }

    private static boolean hasOtherNames(Path path) {
        try {
            return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                    && Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer count && count > 1;
        } catch (IOException e) {
            throw OnnxException.unreadable("'" + path.getFileName() + "' cannot be read: ", e);
        }
    }
}
