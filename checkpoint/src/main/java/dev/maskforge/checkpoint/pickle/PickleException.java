package dev.maskforge.checkpoint.pickle;

import java.io.Serial;

/// A pickle that is refused. The message says what is wrong at which byte, and the cure, but not in which file; it may
/// hold characters that the file chose.
public final class PickleException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private PickleException(long offset, String what, String cure) {
        super("refused at byte " + offset + ": " + what + "; " + cure);
    }

    /// What no pickler would have written.
    static PickleException damaged(long offset, String what) {
        return new PickleException(offset, what, "the file is damaged or no checkpoint, get it anew from its publisher");
    }

    /// A file that ends too early, or a length that says so.
    static PickleException truncated(long offset, String what) {
        return new PickleException(offset, what, "the file is cut short or damaged, download it anew");
    }

    /// What a pickler writes, for more than plain values and arrays.
    static PickleException forbidden(long offset, String what) {
        return new PickleException(offset, what + ", which no checkpoint needs",
                "do not load this file elsewhere either, and get it anew from its publisher");
    }

    /// What is sound but cannot be used here.
    static PickleException unsupported(long offset, String what, String cure) {
        return new PickleException(offset, what, cure);
    }

    /// What is larger than any checkpoint needs.
    static PickleException tooLarge(long offset, String what, long limit) {
        return forbidden(offset, what + " over the limit of " + limit);
    }
}
