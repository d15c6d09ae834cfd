package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.document.Document;
import dev.maskforge.checkpoint.document.DocumentException;
import dev.maskforge.checkpoint.document.JsonDocument;
import dev.maskforge.checkpoint.document.YamlDocument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import tools.jackson.core.exc.JacksonIOException;

/// Reads the plain data beside checkpoints: configurations and indices.
public final class Documents {
    /// Three times the index of the largest published model.
    private static final int LARGEST_JSON = 32 << 20;
    /// Several hundred times the largest configuration.
    private static final int LARGEST_YAML = 1 << 20;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private Documents() {
    }

    /// The document in a JSON file (RFC 8259, in UTF-8, at most 32 MiB).
    ///
    /// @throws CheckpointException if there is no such file, or it holds no JSON, or asks for more than a checkpoint needs
    public static Document json(Path file) {
        return json(file, bytes(file, LARGEST_JSON));
    }

    static Document json(Path file, byte[] bytes) {
        try {
            return JsonDocument.read(new InputStreamReader(text(bytes), StandardCharsets.UTF_8.newDecoder()));
        } catch (DocumentException e) {
            throw refusal(file, String.valueOf(e.getMessage()), e);
        } catch (JacksonIOException e) {
            throw noText(file, e);
        }
    }

    /// The document in a YAML file (YAML 1.2, in UTF-8, at most 1 MiB). Numbers and truth values are those of the core
    /// schema. No tag has a meaning beyond YAML's own; what is under others is kept as it is written there.
    ///
    /// @throws CheckpointException if there is no such file, or it holds no YAML, or asks for more than a checkpoint needs
    public static Document yaml(Path file) {
        return yaml(file, bytes(file, LARGEST_YAML));
    }

    static Document yaml(Path file, byte[] bytes) {
        try {
            return YamlDocument.read(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text(bytes).readAllBytes())).toString());
        } catch (DocumentException e) {
            throw refusal(file, String.valueOf(e.getMessage()), e);
        } catch (CharacterCodingException e) {
            throw noText(file, e);
        }
    }

    private static byte[] bytes(Path file, int limit) {
        if (Files.isDirectory(file)) {
            throw refusal(file, "this is a folder; give a file in it");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw refusal(file, "this is no regular file; copy what it gives into one");
        }
        byte[] bytes;
        try (InputStream stream = Files.newInputStream(file)) {
            bytes = stream.readNBytes(limit + 1);
        } catch (NoSuchFileException e) {
            throw refusal(file, "there is no such file; check the path", e);
        } catch (AccessDeniedException e) {
            throw refusal(file, "the file may not be read; give yourself the right to (chmod u+r)", e);
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw refusal(file, "the file cannot be read (" + reason + "); check the disk it is on", e);
        }
        if (bytes.length > limit) {
            throw refusal(file, "the file has more than " + limit + " bytes, which no configuration or index needs; check the path");
        }
        if (bytes.length == 0) {
            throw refusal(file, "the file is empty; get it anew from its publisher");
        }
        return bytes;
    }

    /// What follows the mark of UTF-8 that some editors put first.
    private static ByteArrayInputStream text(byte[] bytes) {
        int length = BYTE_ORDER_MARK.length;
        boolean isMarked = bytes.length >= length && Arrays.equals(bytes, 0, length, BYTE_ORDER_MARK, 0, length);
        int start = isMarked ? length : 0;
        return new ByteArrayInputStream(bytes, start, bytes.length - start);
    }

    private static CheckpointException noText(Path file, Throwable cause) {
        return refusal(file, "this is no text in UTF-8; save it as that, or give another file", cause);
    }

    private static CheckpointException refusal(Path file, String message) {
        return new CheckpointException(Printable.line(file + ": " + message));
    }

    private static CheckpointException refusal(Path file, String message, Throwable cause) {
        return new CheckpointException(Printable.line(file + ": " + message), cause);
    }
}
