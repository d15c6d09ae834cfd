package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// A plan in a file of the cache behind its own SHA-256 in 64 digits, so that TensorRT never sees one that was cut short or
/// changed. What cannot be read or written is as good as not there.
final class KeptPlan {
    private static final System.Logger LOGGER = System.getLogger(KeptPlan.class.getName());
    private static final int DIGITS = 64;
    private static final int CHUNK = 1 << 26;

    private KeptPlan() {
    }

    static Optional<MemorySegment> read(Path file, Arena arena) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer digits = ByteBuffer.allocate(DIGITS);
            if (channel.size() <= DIGITS || channel.read(digits, 0) != DIGITS) {
                return Optional.empty();
            }
            // Copied: what was summed is what TensorRT gets, whatever happens to the file.
            MemorySegment plan = arena.allocate(channel.size() - DIGITS, 256);
            for (long offset = 0; offset < plan.byteSize(); offset += CHUNK) {
                ByteBuffer chunk = plan.asSlice(offset, Math.min(CHUNK, plan.byteSize() - offset)).asByteBuffer();
                long position = DIGITS + offset;
                while (chunk.hasRemaining()) {
                    int count = channel.read(chunk, position);
                    if (count < 0) {
                        return Optional.empty();
                    }
                    position += count;
                }
            }
            return Optional.of(plan).filter(read -> sha256(read).equals(new String(digits.array(), StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a plan is not read: " + e);
            return Optional.empty();
        }
    }

    static void write(Path file, MemorySegment plan) {
        try {
            Path unfinished = Files.createTempFile(file.toAbsolutePath().getParent(), "file", ".tmp");
            try {
                try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                    writeAll(channel, ByteBuffer.wrap(sha256(plan).getBytes(StandardCharsets.US_ASCII)));
                    for (long offset = 0; offset < plan.byteSize(); offset += CHUNK) {
                        writeAll(channel, plan.asSlice(offset, Math.min(CHUNK, plan.byteSize() - offset)).asByteBuffer());
                    }
                }
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "a plan is not kept: " + e);
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String sha256(MemorySegment plan) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long offset = 0; offset < plan.byteSize(); offset += CHUNK) {
                digest.update(plan.asSlice(offset, Math.min(CHUNK, plan.byteSize() - offset)).asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
