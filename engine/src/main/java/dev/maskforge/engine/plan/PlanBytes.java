package dev.maskforge.engine.plan;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A plan's bytes in memory of their own, and their SHA-256 in 64 lower-case digits: what was summed is what an engine gets,
/// whatever happens to the file.
public record PlanBytes(MemorySegment bytes, String sha256) {
    private static final int CHUNK = 1 << 20;

    /// Reads a file.
    ///
    /// @param arena how long the bytes are to live
    /// @throws IOException if it cannot be read, is empty, or has more than [PlanRecord#LARGEST_PLAN] bytes
    public static PlanBytes read(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 1 || size > PlanRecord.LARGEST_PLAN) {
                throw new IOException(file + " has " + size + " bytes, and a plan has 1 to " + PlanRecord.LARGEST_PLAN);
            }
            MemorySegment bytes = arena.allocate(size);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long offset = 0; offset < size; offset += CHUNK) {
                MemorySegment chunk = bytes.asSlice(offset, Math.min(CHUNK, size - offset));
                fill(chunk.asByteBuffer(), channel, file);
                digest.update(chunk.asByteBuffer());
            }
            return new PlanBytes(bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static void fill(ByteBuffer chunk, FileChannel channel, Path file) throws IOException {
        while (chunk.hasRemaining()) {
            if (channel.read(chunk) < 0) {
                throw new EOFException(file + " became shorter while it was read");
            }
        }
    }
}
