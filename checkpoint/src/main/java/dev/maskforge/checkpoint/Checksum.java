package dev.maskforge.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The MD5 of a checkpoint's tensors' file, or of all their files in the order of their names. It says which checkpoint something was made from, and official names hold its first digits, so that
/// one pass over the file serves both. It tells a damaged download, not a forged one: files of equal MD5 can be made.
///
/// @param hexadecimal 32 lower-case digits
public record Checksum(String hexadecimal) {
    private static final int CHUNK = 1 << 18;

    /// Reads the whole file, or where the path is of a folder or an index, the [files][Checkpoints#files] that have the
    /// tensors: about 0.25 s for 176 MB that are in the page cache.
    ///
    /// @throws CheckpointException if one cannot be read
    public static Checksum of(Path checkpoint) {
        MessageDigest digest = md5();
        for (Path file : Checkpoints.files(checkpoint)) {
            update(digest, file);
        }
        return new Checksum(HexFormat.of().formatHex(digest.digest()));
    }

    private static void update(MessageDigest digest, Path file) {
        byte[] chunk = new byte[CHUNK];
        try (InputStream stream = Files.newInputStream(file)) {
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        } catch (IOException e) {
            throw new CheckpointException(Printable.line(file + ": the file cannot be read for its checksum; check the disk it is on"), e);
        }
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has MD5", e);
        }
    }

    @Override
    public String toString() {
        return "md5:" + hexadecimal;
    }
}
