package dev.maskforge.graph.onnx;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// An ONNX file cannot be read. The message is one line: what is wrong, in which file, and how to mend it.
public final class OnnxException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /// Of what is wrong: the cure always stands behind it.
    private static final int LONGEST = 1000;

    private final String what;
    private final String cure;

    /// @param what is wrong, with names from the file
    /// @param cure in words of our own
    OnnxException(String what, String cure) {
        super(oneLine(what) + "; " + cure);
        this.what = what;
        this.cure = cure;
    }

    OnnxException(String what, String cure, Throwable cause) {
        super(oneLine(what) + "; " + cure, cause);
        this.what = what;
        this.cure = cure;
    }

    /// Of what no tool should write.
    static OnnxException damaged(String what) {
        return new OnnxException(what, "download or export it again");
    }

    /// Of what no tool should write.
    static OnnxException damaged(String what, Throwable cause) {
        return new OnnxException(what, "download or export it again", cause);
    }

    /// Of a file that the system does not let us read. What it says of it may begin with the file's name, which is told already.
    ///
    /// @param which ends where the reason is to stand
    static OnnxException unreadable(String which, IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> new OnnxException(which + "there is no such file", "check the path", e);
            case AccessDeniedException _ ->
                new OnnxException(which + "its permissions forbid it", "give yourself the right to (chmod u+r)", e);
            default -> new OnnxException(which + reason(e), "check its path, and the disk it is on", e);
        };
    }

    private static String reason(IOException e) {
        Optional<String> said = e instanceof FileSystemException system
                ? Optional.ofNullable(system.getReason())
                : Optional.ofNullable(e.getMessage());
        return said.orElse(e.getClass().getSimpleName());
    }

    /// The same with the name of the file, which is the only one in it.
    OnnxException in(Path file) {
        return new OnnxException(file + " cannot be read: " + what, cure, this);
    }

    /// Names that stand in the message come from files, and may hold anything.
    private static String oneLine(String message) {
        String line = message.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }
}
