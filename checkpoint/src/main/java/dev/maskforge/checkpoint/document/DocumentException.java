package dev.maskforge.checkpoint.document;

import java.io.Serial;

/// A document that is refused. The message says what is wrong at which line, and the cure, but not in which file; it may
/// hold characters that the file chose.
public final class DocumentException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int LONGEST_TEXT = 100;

    DocumentException(int line, String what, String cure) {
        super("refused at line " + line + ": " + what + "; " + cure);
    }

    DocumentException(int line, String what, String cure, Throwable cause) {
        super("refused at line " + line + ": " + what + "; " + cure, cause);
    }

    /// What is larger than any configuration or index needs.
    static DocumentException tooLarge(int line, String what, long limit) {
        return new DocumentException(line, what + " over the limit of " + limit,
                "no checkpoint needs that much, get the file anew from its publisher");
    }

    static DocumentException duplicate(int line, String name) {
        return new DocumentException(line, "two entries of one mapping are named '" + shortened(name) + "'", "remove one of the two");
    }

    /// A text from the file, short enough for a message.
    static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
