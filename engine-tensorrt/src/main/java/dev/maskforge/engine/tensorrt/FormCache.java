package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// Chosen forms, a small file each, named after what the choice depends on. What cannot be read or written is as good as
/// not there.
///
/// @param folder that is made when something is kept
record FormCache(Path folder) {
    private static final System.Logger LOGGER = System.getLogger(FormCache.class.getName());
    private static final int LONGEST = 100;

    /// The user's.
    static FormCache ofUser() {
        return new FormCache(UserCache.folder());
    }

    Optional<DeformableAttentionForm> find(String key) {
        Path file = file(key);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
                return Optional.empty();
            }
            String text = Files.readString(file, StandardCharsets.UTF_8).strip();
            return Arrays.stream(DeformableAttentionForm.values()).filter(form -> form.toString().equals(text)).findFirst();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a choice is not read: " + e);
            return Optional.empty();
        }
    }

    void keep(String key, DeformableAttentionForm form) {
        try {
            Files.createDirectories(folder);
            Path unfinished = Files.createTempFile(folder, "form", ".tmp");
            try {
                Files.writeString(unfinished, form + "\n", StandardCharsets.UTF_8);
                Files.move(unfinished, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a choice is not kept: " + e);
        }
    }

    private Path file(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return folder.resolve("deformable-attention-" + HexFormat.of().formatHex(digest, 0, 16) + ".form");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
