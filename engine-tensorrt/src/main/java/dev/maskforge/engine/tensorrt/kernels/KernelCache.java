package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Compiled kernels, in a folder: a file for each source, its macros, architecture, compiler and driver. Safe with many
/// processes. What is damaged or cannot be read is compiled again; what cannot be written is not kept.
///
/// A file is the line `maskforge kernel 1`, the SHA-256 of what follows, and the compiler's output.
///
/// @param folder that is made when something is kept
public record KernelCache(Path folder) {
    private static final byte[] FIRST_LINE = "maskforge kernel 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final long LARGEST = 1 << 26;

    /// The user's: `$XDG_CACHE_HOME/maskforge/kernels`.
    public static KernelCache ofUser() {
        return new KernelCache(CacheFolder.ofUser().folder("kernels"));
    }

    /// What was kept, or else is compiled and kept.
    ///
    /// @param driver version of the driver that is to load it
    /// @throws dev.maskforge.engine.EngineException if the compiler refuses the source
    public byte[] get(KernelSource source, Architecture architecture, KernelCompiler compiler, int driver) {
        Path file = file(source, architecture, compiler.version(), driver);
        return find(file).orElseGet(() -> keep(file, compiler.compile(source, architecture)));
    }

    /// Where a kernel is kept.
    Path file(KernelSource source, Architecture architecture, String compiler, int driver) {
        MessageDigest digest = sha256();
        for (String part : new String[]{source.text(), String.join("\n", source.definitions()), source.target(architecture), compiler,
                Integer.toString(driver)}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        String name = source.name().replaceAll("\\.cu$", "");
        return folder.resolve(name + "-" + HexFormat.of().formatHex(digest.digest(), 0, 16) + ".kernel");
    }

    private static Optional<byte[]> find(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            byte[] bytes = Files.readAllBytes(file);
            int start = FIRST_LINE.length + DIGEST_BYTES;
            if (bytes.length <= start || !Arrays.equals(bytes, 0, FIRST_LINE.length, FIRST_LINE, 0, FIRST_LINE.length)) {
                return Optional.empty();
            }
            byte[] image = Arrays.copyOfRange(bytes, start, bytes.length);
            boolean whole = Arrays.equals(sha256().digest(image), Arrays.copyOfRange(bytes, FIRST_LINE.length, start));
            return whole ? Optional.of(image) : Optional.empty();
        } catch (IOException e) {
            log("a kernel in " + file + " is not read", e);
            return Optional.empty();
        }
    }

    private byte[] keep(Path file, byte[] image) {
        Path unfinished = folder.resolve(".kernel-" + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(folder);
            try {
                Files.write(unfinished, ByteBuffer.allocate(FIRST_LINE.length + DIGEST_BYTES + image.length).put(FIRST_LINE)
                        .put(sha256().digest(image)).put(image).array());
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            log("a kernel is not kept in " + file, e);
        }
        return image;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static void log(String what, IOException why) {
        System.getLogger(KernelCache.class.getName()).log(System.Logger.Level.DEBUG, what, why);
    }
}
