package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;

/// Tells whether two results are of one and the same graph: a SHA-256, in 64 lower-case digits.
public final class GraphHash {
    private static final int CHUNK = 1 << 20;

    private GraphHash() {
    }

    /// Of a graph's text and the elements of its constants. Metadata is not part of it.
    public static String of(Graph graph) {
        MessageDigest digest = sha256();
        digest.update(GraphText.print(graph.withMetadata(new LinkedHashMap<>())).getBytes(StandardCharsets.UTF_8));
        graph.initializers().values().forEach(tensor -> update(digest, tensor.memory()));
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Of a file that holds graph and constants.
    ///
    /// @throws IOException if it cannot be read
    public static String of(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream stream = Files.newInputStream(file)) {
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, MemorySegment memory) {
        byte[] chunk = new byte[(int) Math.min(CHUNK, memory.byteSize())];
        for (long offset = 0; offset < memory.byteSize(); offset += CHUNK) {
            int length = (int) Math.min(CHUNK, memory.byteSize() - offset);
            MemorySegment.copy(memory, offset, MemorySegment.ofArray(chunk), 0, length);
            digest.update(chunk, 0, length);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
