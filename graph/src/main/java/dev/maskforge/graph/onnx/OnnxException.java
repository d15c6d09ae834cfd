package dev.maskforge.graph.onnx;

import java.io.Serial;

/// An ONNX file cannot be read. The message is one line: what is wrong, in which file, and how to mend it.
public final class OnnxException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 1000;

    OnnxException(String message) {
        super(oneLine(message));
    }

    OnnxException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /// Names that stand in the message come from files, and may hold anything.
    private static String oneLine(String message) {
        String line = message.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }
}
